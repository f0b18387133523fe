using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Denywatch.Migrations.Migrations
{
    /// <summary>The database itself refuses changes to the audit trail.</summary>
    public partial class AppendOnlyAudit : Migration
    {
        protected override void Up(MigrationBuilder migrationBuilder) =>
            migrationBuilder.Sql(Script.Read("AppendOnlyAudit.sql"));

        protected override void Down(MigrationBuilder migrationBuilder) =>
            migrationBuilder.Sql("DROP TRIGGER audit_append_only ON audit; DROP FUNCTION refuse_change;");
    }
}
