using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Denywatch.Migrations.Migrations
{
    /// <summary>Lists of a firewall's and of snoozed alerts, of alerts with a text, and groups of alerts, are answered from indexes.</summary>
    public partial class AlertLists : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropIndex(
                name: "ix_alerts_queue",
                table: "alerts");

            migrationBuilder.AlterColumn<string>(
                name: "search_text",
                table: "alerts",
                type: "text",
                nullable: false,
                computedColumnSql: "lower(alert_text(title, sentence, cause, evidence))",
                stored: true,
                oldClrType: typeof(string),
                oldType: "text",
                oldComputedColumnSql: "alert_text(title, sentence, cause, evidence)",
                oldStored: true);

            migrationBuilder.AddColumn<bool>(
                name: "is_snoozed",
                table: "alerts",
                type: "boolean",
                nullable: false,
                computedColumnSql: "snooze_until IS NOT NULL",
                stored: true);

            migrationBuilder.CreateIndex(
                name: "ix_alerts_firewalls",
                table: "alerts",
                column: "firewalls")
                .Annotation("Npgsql:IndexMethod", "gin");

            migrationBuilder.CreateIndex(
                name: "ix_alerts_groups",
                table: "alerts",
                columns: new[] { "status", "is_snoozed", "assignee", "cause", "severity", "rule_id", "main_source" })
                .Annotation("Npgsql:IndexInclude", new[] { "excess", "started_at" });

            migrationBuilder.CreateIndex(
                name: "ix_alerts_queue",
                table: "alerts",
                columns: new[] { "severity_rank", "peak_score", "id" },
                descending: new bool[0],
                filter: "status <> 'Closed'")
                .Annotation("Npgsql:IndexInclude", new[] { "status", "assignee", "started_at", "is_snoozed" });

            migrationBuilder.Sql(
                "DROP INDEX alerts_snoozed; CREATE INDEX alerts_snoozed ON alerts (snooze_until) WHERE is_snoozed;");
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropIndex(
                name: "ix_alerts_firewalls",
                table: "alerts");

            migrationBuilder.DropIndex(
                name: "ix_alerts_groups",
                table: "alerts");

            migrationBuilder.DropIndex(
                name: "ix_alerts_queue",
                table: "alerts");

            migrationBuilder.DropColumn(
                name: "is_snoozed",
                table: "alerts");

            migrationBuilder.Sql("CREATE INDEX alerts_snoozed ON alerts (snooze_until) WHERE snooze_until IS NOT NULL;");

            migrationBuilder.AlterColumn<string>(
                name: "search_text",
                table: "alerts",
                type: "text",
                nullable: false,
                computedColumnSql: "alert_text(title, sentence, cause, evidence)",
                stored: true,
                oldClrType: typeof(string),
                oldType: "text",
                oldComputedColumnSql: "lower(alert_text(title, sentence, cause, evidence))",
                oldStored: true);

            migrationBuilder.CreateIndex(
                name: "ix_alerts_queue",
                table: "alerts",
                columns: new[] { "severity_rank", "peak_score", "id" },
                descending: new bool[0],
                filter: "status <> 'Closed'")
                .Annotation("Npgsql:IndexInclude", new[] { "status", "assignee", "started_at" });
        }
    }
}
