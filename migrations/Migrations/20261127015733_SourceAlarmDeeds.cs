using System;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Denywatch.Migrations.Migrations
{
    /// <inheritdoc />
    public partial class SourceAlarmDeeds : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AddColumn<DateTimeOffset>(
                name: "acknowledged_at",
                table: "source_alarms",
                type: "timestamp with time zone",
                nullable: true);

            migrationBuilder.AddColumn<string>(
                name: "acknowledged_by",
                table: "source_alarms",
                type: "text",
                nullable: true);

            migrationBuilder.AddColumn<string>(
                name: "ended_by",
                table: "source_alarms",
                type: "text",
                nullable: true);

            migrationBuilder.AddColumn<int>(
                name: "other_source_id",
                table: "source_alarms",
                type: "integer",
                nullable: true);

            migrationBuilder.CreateIndex(
                name: "ix_source_alarms_other_source_id",
                table: "source_alarms",
                column: "other_source_id");

            migrationBuilder.AddForeignKey(
                name: "fk_source_alarms_data_sources_other_source_id",
                table: "source_alarms",
                column: "other_source_id",
                principalTable: "data_sources",
                principalColumn: "id",
                onDelete: ReferentialAction.Cascade);
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropForeignKey(
                name: "fk_source_alarms_data_sources_other_source_id",
                table: "source_alarms");

            migrationBuilder.DropIndex(
                name: "ix_source_alarms_other_source_id",
                table: "source_alarms");

            migrationBuilder.DropColumn(
                name: "acknowledged_at",
                table: "source_alarms");

            migrationBuilder.DropColumn(
                name: "acknowledged_by",
                table: "source_alarms");

            migrationBuilder.DropColumn(
                name: "ended_by",
                table: "source_alarms");

            migrationBuilder.DropColumn(
                name: "other_source_id",
                table: "source_alarms");
        }
    }
}
