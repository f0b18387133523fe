using Denywatch.Storage;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Denywatch.Migrations.Migrations
{
    /// <summary>What slow suspects are judged by.</summary>
    [DbContext(typeof(DenywatchDb))]
    [Migration("20261127031000_SlowSuspects")]
    public partial class SlowSuspects : Migration
    {
        protected override void Up(MigrationBuilder migrationBuilder) =>
            migrationBuilder.Sql(Script.Read("SlowSuspects.sql"));

        protected override void Down(MigrationBuilder migrationBuilder) =>
            migrationBuilder.Sql("DROP TABLE suspect_looks, suspect_sources, suspect_days;");
    }
}
