using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Denywatch.Migrations.Migrations
{
    /// <inheritdoc />
    public partial class MaintenanceWindows : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AddColumn<string>(
                name: "broken",
                table: "exceptions",
                type: "jsonb",
                nullable: false,
                defaultValueSql: "'[]'");

            migrationBuilder.AddColumn<string>(
                name: "schedule",
                table: "exceptions",
                type: "jsonb",
                nullable: true);
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropColumn(
                name: "broken",
                table: "exceptions");

            migrationBuilder.DropColumn(
                name: "schedule",
                table: "exceptions");
        }
    }
}
