using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Denywatch.Migrations.Migrations
{
    /// <inheritdoc />
    public partial class SenderSettings : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AddColumn<int>(
                name: "kept",
                table: "rejects",
                type: "integer",
                nullable: false,
                defaultValue: 0);

            migrationBuilder.AddColumn<int>(
                name: "alias_of_id",
                table: "firewalls",
                type: "integer",
                nullable: true);

            migrationBuilder.AddColumn<bool>(
                name: "counts_unanswered",
                table: "data_sources",
                type: "boolean",
                nullable: false,
                defaultValue: false);

            migrationBuilder.AddColumn<string>(
                name: "mapping",
                table: "data_sources",
                type: "jsonb",
                nullable: true);

            migrationBuilder.CreateIndex(
                name: "ix_firewalls_alias_of_id",
                table: "firewalls",
                column: "alias_of_id");

            migrationBuilder.AddForeignKey(
                name: "fk_firewalls_firewalls_alias_of_id",
                table: "firewalls",
                column: "alias_of_id",
                principalTable: "firewalls",
                principalColumn: "id",
                onDelete: ReferentialAction.SetNull);

            migrationBuilder.Sql(Script.Read("RejectedLines.sql"));
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.Sql("DROP TABLE rejected_lines");

            migrationBuilder.DropForeignKey(
                name: "fk_firewalls_firewalls_alias_of_id",
                table: "firewalls");

            migrationBuilder.DropIndex(
                name: "ix_firewalls_alias_of_id",
                table: "firewalls");

            migrationBuilder.DropColumn(
                name: "kept",
                table: "rejects");

            migrationBuilder.DropColumn(
                name: "alias_of_id",
                table: "firewalls");

            migrationBuilder.DropColumn(
                name: "counts_unanswered",
                table: "data_sources");

            migrationBuilder.DropColumn(
                name: "mapping",
                table: "data_sources");
        }
    }
}
