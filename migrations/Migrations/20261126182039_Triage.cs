using System;
using Microsoft.EntityFrameworkCore.Migrations;
using Npgsql.EntityFrameworkCore.PostgreSQL.Metadata;

#nullable disable

namespace Denywatch.Migrations.Migrations
{
    /// <summary>Snoozes, tags, the time of the last deed, saved views, and what lists are found and ordered by.</summary>
    public partial class Triage : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.Sql(Script.Read("AlertTexts.sql"));

            migrationBuilder.AddColumn<string>(
                name: "snooze_by",
                table: "alerts",
                type: "text",
                nullable: true);

            migrationBuilder.AddColumn<string>(
                name: "snooze_ends",
                table: "alerts",
                type: "character varying(8)",
                maxLength: 8,
                nullable: true);

            migrationBuilder.AddColumn<double>(
                name: "snooze_factor",
                table: "alerts",
                type: "double precision",
                nullable: true);

            migrationBuilder.AddColumn<DateTimeOffset>(
                name: "snooze_until",
                table: "alerts",
                type: "timestamp with time zone",
                nullable: true);

            migrationBuilder.AddColumn<string[]>(
                name: "tags",
                table: "alerts",
                type: "text[]",
                nullable: false,
                defaultValue: new string[0]);

            migrationBuilder.AddColumn<DateTimeOffset>(
                name: "touched_at",
                table: "alerts",
                type: "timestamp with time zone",
                nullable: true);

            migrationBuilder.AddColumn<string[]>(
                name: "firewalls",
                table: "alerts",
                type: "text[]",
                nullable: false,
                computedColumnSql: "alert_firewalls(evidence)",
                stored: true);

            migrationBuilder.AddColumn<string>(
                name: "main_source",
                table: "alerts",
                type: "text",
                nullable: true,
                computedColumnSql: "evidence -> 'excess' -> 'shape' ->> 'topSource'",
                stored: true);

            migrationBuilder.AddColumn<string>(
                name: "search_text",
                table: "alerts",
                type: "text",
                nullable: false,
                computedColumnSql: "alert_text(title, sentence, cause, evidence)",
                stored: true);

            migrationBuilder.CreateTable(
                name: "saved_views",
                columns: table => new
                {
                    id = table.Column<int>(type: "integer", nullable: false)
                        .Annotation("Npgsql:ValueGenerationStrategy", NpgsqlValueGenerationStrategy.IdentityByDefaultColumn),
                    owner = table.Column<string>(type: "text", nullable: false),
                    name = table.Column<string>(type: "text", nullable: false),
                    query = table.Column<string>(type: "text", nullable: false),
                    is_shared = table.Column<bool>(type: "boolean", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_saved_views", x => x.id);
                });

            migrationBuilder.CreateIndex(
                name: "ix_alerts_excess_id",
                table: "alerts",
                columns: new[] { "excess", "id" },
                descending: new bool[0]);

            migrationBuilder.CreateIndex(
                name: "ix_alerts_search_text",
                table: "alerts",
                column: "search_text")
                .Annotation("Npgsql:IndexMethod", "gin")
                .Annotation("Npgsql:IndexOperators", new[] { "gin_trgm_ops" });

            migrationBuilder.CreateIndex(
                name: "ix_alerts_severity_rank_peak_score_id",
                table: "alerts",
                columns: new[] { "severity_rank", "peak_score", "id" },
                descending: new bool[0]);

            migrationBuilder.CreateIndex(
                name: "ix_alerts_queue",
                table: "alerts",
                columns: new[] { "severity_rank", "peak_score", "id" },
                descending: new bool[0],
                filter: "status <> 'Closed'")
                .Annotation("Npgsql:IndexInclude", new[] { "status", "assignee", "started_at" });

            migrationBuilder.CreateIndex(
                name: "ix_saved_views_owner_name",
                table: "saved_views",
                columns: new[] { "owner", "name" },
                unique: true);

            migrationBuilder.Sql(Script.Read("Triage.sql"));
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.Sql("DROP INDEX alerts_snoozed;");

            migrationBuilder.DropTable(
                name: "saved_views");

            migrationBuilder.DropIndex(
                name: "ix_alerts_excess_id",
                table: "alerts");

            migrationBuilder.DropIndex(
                name: "ix_alerts_search_text",
                table: "alerts");

            migrationBuilder.DropIndex(
                name: "ix_alerts_severity_rank_peak_score_id",
                table: "alerts");

            migrationBuilder.DropIndex(
                name: "ix_alerts_queue",
                table: "alerts");

            migrationBuilder.DropColumn(
                name: "firewalls",
                table: "alerts");

            migrationBuilder.DropColumn(
                name: "main_source",
                table: "alerts");

            migrationBuilder.DropColumn(
                name: "search_text",
                table: "alerts");

            migrationBuilder.DropColumn(
                name: "snooze_by",
                table: "alerts");

            migrationBuilder.DropColumn(
                name: "snooze_ends",
                table: "alerts");

            migrationBuilder.DropColumn(
                name: "snooze_factor",
                table: "alerts");

            migrationBuilder.DropColumn(
                name: "snooze_until",
                table: "alerts");

            migrationBuilder.DropColumn(
                name: "tags",
                table: "alerts");

            migrationBuilder.DropColumn(
                name: "touched_at",
                table: "alerts");

            migrationBuilder.Sql("DROP FUNCTION alert_firewalls, alert_text;");
        }
    }
}
