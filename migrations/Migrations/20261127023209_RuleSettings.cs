using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Denywatch.Migrations.Migrations
{
    /// <inheritdoc />
    public partial class RuleSettings : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AddColumn<int>(
                name: "duration",
                table: "rules",
                type: "integer",
                nullable: false,
                defaultValue: 1);

            migrationBuilder.AddColumn<double>(
                name: "ratio",
                table: "rules",
                type: "double precision",
                nullable: false,
                defaultValue: 0.0);

            migrationBuilder.AddColumn<double>(
                name: "sensitivity",
                table: "rules",
                type: "double precision",
                nullable: false,
                defaultValue: 1.5);

            migrationBuilder.Sql(Script.Read("RuleRuns.sql"));
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.Sql("DROP TABLE rule_runs, rule_fills");

            migrationBuilder.DropColumn(
                name: "duration",
                table: "rules");

            migrationBuilder.DropColumn(
                name: "ratio",
                table: "rules");

            migrationBuilder.DropColumn(
                name: "sensitivity",
                table: "rules");
        }
    }
}
