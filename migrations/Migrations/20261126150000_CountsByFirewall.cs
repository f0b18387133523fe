using Denywatch.Storage;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Denywatch.Migrations.Migrations
{
    /// <summary>Counts of one firewall are found without those of all others.</summary>
    [DbContext(typeof(DenywatchDb))]
    [Migration("20261126150000_CountsByFirewall")]
    public partial class CountsByFirewall : Migration
    {
        protected override void Up(MigrationBuilder migrationBuilder) =>
            migrationBuilder.Sql(Script.Read("CountsByFirewall.sql"));

        protected override void Down(MigrationBuilder migrationBuilder) =>
            migrationBuilder.Sql("DROP INDEX counts_by_firewall;");
    }
}
