using System;
using System.Net;
using Microsoft.EntityFrameworkCore.Migrations;
using Npgsql.EntityFrameworkCore.PostgreSQL.Metadata;

#nullable disable

namespace Denywatch.Migrations.Migrations
{
    /// <inheritdoc />
    public partial class AssetRoles : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.CreateTable(
                name: "assets",
                columns: table => new
                {
                    id = table.Column<int>(type: "integer", nullable: false)
                        .Annotation("Npgsql:ValueGenerationStrategy", NpgsqlValueGenerationStrategy.IdentityByDefaultColumn),
                    network = table.Column<IPNetwork>(type: "cidr", nullable: false),
                    role = table.Column<string>(type: "text", nullable: false),
                    note = table.Column<string>(type: "text", nullable: true),
                    changed_by = table.Column<string>(type: "text", nullable: false),
                    changed_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_assets", x => x.id);
                });

            migrationBuilder.CreateIndex(
                name: "ix_assets_role",
                table: "assets",
                column: "role");

            migrationBuilder.Sql(Script.Read("AssetRoles.sql"));
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.Sql(
                """
                DROP VIEW all_flows;
                ALTER TABLE flows DROP COLUMN source_role, DROP COLUMN destination_role;
                ALTER TABLE recent_flows DROP COLUMN source_role, DROP COLUMN destination_role;
                CREATE VIEW all_flows AS
                    SELECT slice, data_source_id, firewall_id, source, destination, destination_port, transport, rule,
                           direction, source_country, source_as, destination_country, destination_as, site, count,
                           packets, sources, first_at, last_at, offsets, excepted_by
                    FROM flows
                    UNION ALL
                    SELECT slice, data_source_id, firewall_id, source, destination, destination_port, transport, rule,
                           direction, source_country, source_as, destination_country, destination_as, site, count,
                           packets, sources, first_at, last_at, offsets, excepted_by
                    FROM recent_flows;
                """
            );

            migrationBuilder.DropTable(
                name: "assets");
        }
    }
}
