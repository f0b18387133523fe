using Denywatch.Storage;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Denywatch.Migrations.Migrations
{
    /// <summary>Episodes that a re-score takes below the line are kept.</summary>
    [DbContext(typeof(DenywatchDb))]
    [Migration("20261125110000_Replay")]
    public partial class Replay : Migration
    {
        protected override void Up(MigrationBuilder migrationBuilder) =>
            migrationBuilder.Sql(Script.Read("Replay.sql"));

        protected override void Down(MigrationBuilder migrationBuilder) =>
            migrationBuilder.Sql(
                """
                DELETE FROM episodes WHERE vanished;
                DROP INDEX episodes_one_open;
                CREATE UNIQUE INDEX episodes_one_open ON episodes (series_id, rule_id) WHERE ended_at IS NULL;
                ALTER TABLE episodes DROP COLUMN vanished;
                """
            );
    }
}
