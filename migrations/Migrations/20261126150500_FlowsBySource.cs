using Denywatch.Storage;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Denywatch.Migrations.Migrations
{
    /// <summary>Flows of one source are found without those of all others.</summary>
    [DbContext(typeof(DenywatchDb))]
    [Migration("20261126150500_FlowsBySource")]
    public partial class FlowsBySource : Migration
    {
        protected override void Up(MigrationBuilder migrationBuilder) =>
            migrationBuilder.Sql(Script.Read("FlowsBySource.sql"));

        protected override void Down(MigrationBuilder migrationBuilder) =>
            migrationBuilder.Sql("DROP INDEX flows_by_source;");
    }
}
