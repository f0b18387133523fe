using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Denywatch.Migrations.Migrations
{
    /// <summary>The tables that machines write: partitioned, without foreign keys, outside EF's model.</summary>
    public partial class MachineTables : Migration
    {
        protected override void Up(MigrationBuilder migrationBuilder) =>
            migrationBuilder.Sql(Script.Read("MachineTables.sql"));

        protected override void Down(MigrationBuilder migrationBuilder) =>
            migrationBuilder.Sql(
                """
                DROP VIEW all_flows;
                DROP TABLE batches, recent_flows, flows, raw_lines, dirty_slices, counts, source_slices, records,
                    record_revisions, model_snapshots, open_buckets, episodes, nodes;
                DROP AGGREGATE array_cat_agg(smallint[]);
                """
            );
    }
}
