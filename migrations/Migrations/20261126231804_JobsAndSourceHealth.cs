using System;
using Microsoft.EntityFrameworkCore.Migrations;
using Npgsql.EntityFrameworkCore.PostgreSQL.Metadata;

#nullable disable

namespace Denywatch.Migrations.Migrations
{
    /// <inheritdoc />
    public partial class JobsAndSourceHealth : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AddColumn<DateTimeOffset>(
                name: "learn_from",
                table: "jobs",
                type: "timestamp with time zone",
                nullable: true);

            migrationBuilder.AddColumn<DateTimeOffset>(
                name: "stopped_at",
                table: "jobs",
                type: "timestamp with time zone",
                nullable: true);

            migrationBuilder.AddColumn<string>(
                name: "stopped_by",
                table: "jobs",
                type: "text",
                nullable: true);

            migrationBuilder.AddColumn<string>(
                name: "stopped_why",
                table: "jobs",
                type: "text",
                nullable: true);

            migrationBuilder.AddColumn<uint>(
                name: "xmin",
                table: "jobs",
                type: "xid",
                rowVersion: true,
                nullable: false,
                defaultValue: 0u);

            migrationBuilder.AddColumn<long>(
                name: "source_alarm_id",
                table: "deliveries",
                type: "bigint",
                nullable: true);

            migrationBuilder.CreateTable(
                name: "source_alarms",
                columns: table => new
                {
                    id = table.Column<long>(type: "bigint", nullable: false)
                        .Annotation("Npgsql:ValueGenerationStrategy", NpgsqlValueGenerationStrategy.IdentityByDefaultColumn),
                    data_source_id = table.Column<int>(type: "integer", nullable: false),
                    kind = table.Column<string>(type: "character varying(16)", maxLength: 16, nullable: false),
                    since = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    raised_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    reason = table.Column<string>(type: "text", nullable: false),
                    ended_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true),
                    xmin = table.Column<uint>(type: "xid", rowVersion: true, nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_source_alarms", x => x.id);
                    table.ForeignKey(
                        name: "fk_source_alarms_data_sources_data_source_id",
                        column: x => x.data_source_id,
                        principalTable: "data_sources",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateIndex(
                name: "ix_deliveries_source_alarm_id_connector_id_sequence",
                table: "deliveries",
                columns: new[] { "source_alarm_id", "connector_id", "sequence" },
                unique: true);

            migrationBuilder.CreateIndex(
                name: "ix_source_alarms_data_source_id_kind",
                table: "source_alarms",
                columns: new[] { "data_source_id", "kind" },
                unique: true,
                filter: "ended_at IS NULL");

            migrationBuilder.CreateIndex(
                name: "ix_source_alarms_data_source_id_raised_at",
                table: "source_alarms",
                columns: new[] { "data_source_id", "raised_at" });

            migrationBuilder.AddForeignKey(
                name: "fk_deliveries_source_alarms_source_alarm_id",
                table: "deliveries",
                column: "source_alarm_id",
                principalTable: "source_alarms",
                principalColumn: "id",
                onDelete: ReferentialAction.Restrict);

            migrationBuilder.Sql(Script.Read("SourceHealth.sql"));
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.Sql("DROP TABLE task_runs, source_silences;");

            migrationBuilder.DropForeignKey(
                name: "fk_deliveries_source_alarms_source_alarm_id",
                table: "deliveries");

            migrationBuilder.DropTable(
                name: "source_alarms");

            migrationBuilder.DropIndex(
                name: "ix_deliveries_source_alarm_id_connector_id_sequence",
                table: "deliveries");

            migrationBuilder.DropColumn(
                name: "learn_from",
                table: "jobs");

            migrationBuilder.DropColumn(
                name: "stopped_at",
                table: "jobs");

            migrationBuilder.DropColumn(
                name: "stopped_by",
                table: "jobs");

            migrationBuilder.DropColumn(
                name: "stopped_why",
                table: "jobs");

            migrationBuilder.DropColumn(
                name: "xmin",
                table: "jobs");

            migrationBuilder.DropColumn(
                name: "source_alarm_id",
                table: "deliveries");
        }
    }
}
