using Denywatch.Storage;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Denywatch.Migrations.Migrations
{
    /// <summary>What the explorer reads: the largest values of every bucket, rules first seen, annotations.</summary>
    [DbContext(typeof(DenywatchDb))]
    [Migration("20261125120000_Rollups")]
    public partial class Rollups : Migration
    {
        protected override void Up(MigrationBuilder migrationBuilder) =>
            migrationBuilder.Sql(Script.Read("Rollups.sql"));

        protected override void Down(MigrationBuilder migrationBuilder) =>
            migrationBuilder.Sql("DROP TABLE annotations, rules_seen, stale_rollups, rollups;");
    }
}
