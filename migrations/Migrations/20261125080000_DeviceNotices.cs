using Denywatch.Storage;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Denywatch.Migrations.Migrations
{
    /// <summary>Changes of configurations and lines left out, as devices tell of them.</summary>
    [DbContext(typeof(DenywatchDb))]
    [Migration("20261125080000_DeviceNotices")]
    public partial class DeviceNotices : Migration
    {
        protected override void Up(MigrationBuilder migrationBuilder) =>
            migrationBuilder.Sql(Script.Read("DeviceNotices.sql"));

        protected override void Down(MigrationBuilder migrationBuilder) =>
            migrationBuilder.Sql(
                """
                ALTER TABLE source_slices DROP COLUMN suppressed;
                DROP TABLE change_markers;
                """
            );
    }
}
