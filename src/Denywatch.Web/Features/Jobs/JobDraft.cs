using System.Text.RegularExpressions;
using Denywatch.Detection;
using Denywatch.Events.Exceptions;
using Denywatch.Storage;
using Denywatch.Storage.Entities;

namespace Denywatch.Web.Features.Jobs;

/// <summary>A job that somebody wants to make.</summary>
/// <param name="Id">As Elastic has it: small letters, digits, - and _, at most 64.</param>
/// <param name="Detector">One of <see cref="Detectors"/>.</param>
/// <param name="Field">ECS field of <see cref="JobField.All"/>, for the detectors that need one.</param>
/// <param name="PartitionField">ECS field of <see cref="JobField.All"/> whose values have a series each; null for one series.</param>
/// <param name="Filter">The denied traffic that is counted; null for all.</param>
/// <param name="BucketMinutes">5, 10, 15, 30 or 60.</param>
public sealed partial record JobDraft(
    string Id,
    string Title,
    string Detector,
    string? Field = null,
    string? PartitionField = null,
    TrafficFilter? Filter = null,
    int BucketMinutes = 15,
    string[]? Influencers = null,
    string? Description = null
)
{
    /// <summary>What is wrong with it, as a sentence that says how to mend it; null where nothing is.</summary>
    public string? Problem =>
        !Ids().IsMatch(Id)
            ? "The id has small letters, digits, - and _, begins and ends with a letter or digit, and is at most 64 long."
        : string.IsNullOrWhiteSpace(Title) || Title.Length > 200 ? "A title is required, at most 200 letters long."
        : Description?.Length > 2_000 ? "The description is too long: 2,000 letters are the most."
        : Influencers is { Length: > 20 } || Influencers?.Any(name => name.Length is 0 or > 100) == true
            ? "At most 20 influencers, each the name of a field."
        : CountingProblem;

    /// <summary>The same of what it counts alone.</summary>
    public string? CountingProblem =>
        Detectors.Find(Detector) is not { } detector || detector.FindsSuspects()
            ? $"There is no detector {Detector}: choose one of {string.Join(", ", Detectors.OfCounts.Select(d => d.Name()))}."
        : detector.NeedsField() && JobField.Find(Field) is null ? $"{Detector} needs a field whose values it looks at."
        : !detector.NeedsField() && Field is not null ? $"{Detector} counts events: it has no field."
        : detector == Storage.Detector.Rare && JobField.Find(Field)!.IsOpen
            ? $"Strangers choose the values of {Field}, so that new ones come all the time: nothing of them is rare."
        : PartitionField is not null && JobField.Find(PartitionField) is null
            ? $"No series are made of {PartitionField}."
        : PartitionField is not null && PartitionField == Field
            ? "A series for each value has one value: choose another field."
        : !BucketSpans.All.Contains(TimeSpan.FromMinutes(BucketMinutes))
            ? "The bucket span is 5, 10, 15, 30 or 60 minutes."
        : Filter?.Problem;

    /// <summary>How it would count.</summary>
    public JobCounting Counting =>
        new(
            Id,
            Detectors.Named(Detector),
            Field,
            PartitionField,
            CountedEvents.Denied,
            Filter is { IsNone: false } ? Filter : null,
            TimeSpan.FromMinutes(BucketMinutes)
        );

    internal Job ToJob(string createdBy) =>
        new()
        {
            Id = Id,
            Title = Title.Trim(),
            Description = string.IsNullOrWhiteSpace(Description) ? JobWords.Sentence(Counting) : Description.Trim(),
            Detector = Detector,
            Field = Field,
            PartitionField = PartitionField,
            Filter = Counting.Filter,
            BucketSpan = Counting.BucketSpan,
            Influencers = Influencers ?? [],
            CreatedBy = createdBy,
        };

    [GeneratedRegex(
        "^[a-z0-9]([a-z0-9_-]{0,62}[a-z0-9])?$",
        RegexOptions.ExplicitCapture,
        matchTimeoutMilliseconds: 100
    )]
    private static partial Regex Ids();
}

/// <summary>What a job does, in words.</summary>
public static class JobWords
{
    /// <summary>Such as "Looks every 15 min for more denies than expected, one series for each destination port, of port 445."</summary>
    public static string Sentence(JobCounting job)
    {
        ArgumentNullException.ThrowIfNull(job);
        var field = JobField.Find(job.Field)?.Title ?? job.Field;
        var what = job.Detector switch
        {
            Detector.HighCount => "more denies than expected",
            Detector.HighNonZeroCount => "more denies than expected, where there are any",
            Detector.LowCount => "fewer denies than expected",
            Detector.HighDistinctCount => $"more distinct values of {field} than expected",
            _ => $"a {field} that hardly ever comes",
        };
        var each = JobField.Find(job.PartitionField) is { } split ? $", one series for each {split.Title}" : "";
        var of = job.Filter is { } filter ? $", of {filter}" : "";
        return $"Looks every {Ui.Times.Length(job.BucketSpan)} for {what}{each}{of}.";
    }
}
