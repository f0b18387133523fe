using Denywatch.Storage;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Denywatch.Migrations.Migrations
{
    /// <summary>What models noticed as they learnt.</summary>
    [DbContext(typeof(DenywatchDb))]
    [Migration("20261127023000_ModelEvents")]
    public partial class ModelEvents : Migration
    {
        protected override void Up(MigrationBuilder migrationBuilder) =>
            migrationBuilder.Sql(Script.Read("ModelEvents.sql"));

        protected override void Down(MigrationBuilder migrationBuilder) =>
            migrationBuilder.Sql("DROP TABLE model_events;");
    }
}
