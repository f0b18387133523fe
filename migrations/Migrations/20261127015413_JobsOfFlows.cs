using System;
using Microsoft.EntityFrameworkCore.Migrations;
using Npgsql.EntityFrameworkCore.PostgreSQL.Metadata;

#nullable disable

namespace Denywatch.Migrations.Migrations
{
    /// <inheritdoc />
    public partial class JobsOfFlows : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AddColumn<DateTimeOffset>(
                name: "counted_since",
                table: "series",
                type: "timestamp with time zone",
                nullable: true);

            migrationBuilder.AddColumn<bool>(
                name: "own_counts",
                table: "series",
                type: "boolean",
                nullable: false,
                defaultValue: false);

            migrationBuilder.AddColumn<string>(
                name: "created_by",
                table: "jobs",
                type: "text",
                nullable: true);

            migrationBuilder.AddColumn<string>(
                name: "events",
                table: "jobs",
                type: "character varying(8)",
                maxLength: 8,
                nullable: false,
                defaultValue: "Denied");

            migrationBuilder.AddColumn<string>(
                name: "field",
                table: "jobs",
                type: "text",
                nullable: true);

            migrationBuilder.AddColumn<string>(
                name: "filter",
                table: "jobs",
                type: "jsonb",
                nullable: true);

            migrationBuilder.AddColumn<bool>(
                name: "has_own_counts",
                table: "jobs",
                type: "boolean",
                nullable: false,
                defaultValue: false);

            migrationBuilder.AddColumn<int>(
                name: "history_days",
                table: "jobs",
                type: "integer",
                nullable: false,
                defaultValue: 0);

            migrationBuilder.AddColumn<int>(
                name: "history_done",
                table: "jobs",
                type: "integer",
                nullable: false,
                defaultValue: 0);

            migrationBuilder.CreateTable(
                name: "job_exclusions",
                columns: table => new
                {
                    id = table.Column<int>(type: "integer", nullable: false)
                        .Annotation("Npgsql:ValueGenerationStrategy", NpgsqlValueGenerationStrategy.IdentityByDefaultColumn),
                    job_id = table.Column<string>(type: "text", nullable: false),
                    from = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    until = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    reason = table.Column<string>(type: "text", nullable: false),
                    by = table.Column<string>(type: "text", nullable: false),
                    at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_job_exclusions", x => x.id);
                    table.ForeignKey(
                        name: "fk_job_exclusions_jobs_job_id",
                        column: x => x.job_id,
                        principalTable: "jobs",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateIndex(
                name: "ix_series_job_id",
                table: "series",
                column: "job_id",
                filter: "own_counts AND counted_since IS NULL");

            migrationBuilder.CreateIndex(
                name: "ix_job_exclusions_job_id_from",
                table: "job_exclusions",
                columns: new[] { "job_id", "from" });

            migrationBuilder.Sql(Script.Read("OwnCounts.sql"));
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.Sql("DROP TABLE series_counts, series_values, country_slices;");

            migrationBuilder.DropTable(
                name: "job_exclusions");

            migrationBuilder.DropIndex(
                name: "ix_series_job_id",
                table: "series");

            migrationBuilder.DropColumn(
                name: "counted_since",
                table: "series");

            migrationBuilder.DropColumn(
                name: "own_counts",
                table: "series");

            migrationBuilder.DropColumn(
                name: "created_by",
                table: "jobs");

            migrationBuilder.DropColumn(
                name: "events",
                table: "jobs");

            migrationBuilder.DropColumn(
                name: "field",
                table: "jobs");

            migrationBuilder.DropColumn(
                name: "filter",
                table: "jobs");

            migrationBuilder.DropColumn(
                name: "has_own_counts",
                table: "jobs");

            migrationBuilder.DropColumn(
                name: "history_days",
                table: "jobs");

            migrationBuilder.DropColumn(
                name: "history_done",
                table: "jobs");
        }
    }
}
