using System;
using Microsoft.EntityFrameworkCore.Migrations;
using Npgsql.EntityFrameworkCore.PostgreSQL.Metadata;

#nullable disable

namespace Denywatch.Migrations.Migrations
{
    /// <inheritdoc />
    public partial class Exceptions : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AddColumn<string>(
                name: "rescore_reason",
                table: "series",
                type: "text",
                nullable: true);

            migrationBuilder.CreateTable(
                name: "exceptions",
                columns: table => new
                {
                    id = table.Column<int>(type: "integer", nullable: false)
                        .Annotation("Npgsql:ValueGenerationStrategy", NpgsqlValueGenerationStrategy.IdentityByDefaultColumn),
                    scope = table.Column<string>(type: "jsonb", nullable: false),
                    owner = table.Column<string>(type: "text", nullable: false),
                    reason = table.Column<string>(type: "text", nullable: false),
                    from = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    until = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    alert_id = table.Column<long>(type: "bigint", nullable: true),
                    created_by = table.Column<string>(type: "text", nullable: false),
                    created_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    removed_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true),
                    change = table.Column<long>(type: "bigint", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_exceptions", x => x.id);
                });

            migrationBuilder.CreateIndex(
                name: "ix_exceptions_change",
                table: "exceptions",
                column: "change",
                unique: true);

            migrationBuilder.Sql(Script.Read("Exceptions.sql"));
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.Sql(
                """
                DROP TABLE confirmed_excess;
                ALTER TABLE record_revisions DROP COLUMN reason;
                ALTER TABLE dirty_slices DROP COLUMN exceptions_version, DROP COLUMN reason;
                ALTER TABLE counts DROP COLUMN excepted;
                DROP VIEW all_flows;
                ALTER TABLE flows DROP COLUMN excepted_by;
                ALTER TABLE recent_flows DROP COLUMN excepted_by;
                CREATE VIEW all_flows AS
                    SELECT slice, data_source_id, firewall_id, source, destination, destination_port, transport, rule,
                           direction, source_country, source_as, destination_country, destination_as, site, count,
                           packets, sources, first_at, last_at, offsets
                    FROM flows
                    UNION ALL
                    SELECT slice, data_source_id, firewall_id, source, destination, destination_port, transport, rule,
                           direction, source_country, source_as, destination_country, destination_as, site, count,
                           packets, sources, first_at, last_at, offsets
                    FROM recent_flows;
                DROP SEQUENCE exception_changes;
                """
            );

            migrationBuilder.DropTable(
                name: "exceptions");

            migrationBuilder.DropColumn(
                name: "rescore_reason",
                table: "series");
        }
    }
}
