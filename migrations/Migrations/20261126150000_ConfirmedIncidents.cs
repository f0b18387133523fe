using Denywatch.Storage;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Denywatch.Migrations.Migrations
{
    /// <summary>What of a confirmed incident is left out of learning can be made anew when its flows change.</summary>
    [DbContext(typeof(DenywatchDb))]
    [Migration("20261126150000_ConfirmedIncidents")]
    public partial class ConfirmedIncidents : Migration
    {
        protected override void Up(MigrationBuilder migrationBuilder) =>
            migrationBuilder.Sql(Script.Read("ConfirmedIncidents.sql"));

        protected override void Down(MigrationBuilder migrationBuilder) =>
            migrationBuilder.Sql("DROP TABLE confirmed_incidents; TRUNCATE confirmed_excess;");
    }
}
