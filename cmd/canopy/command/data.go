package command

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strconv"

	"github.com/spf13/cobra"

	"canopy/analysis/lifecycle"
	"canopy/cmd/canopy/output"
	"canopy/cmd/canopy/tables"
)

func (r *run) data() *cobra.Command {
	var format string
	c := &cobra.Command{
		Use: "data", Short: "Print what is known of versions, support and vulnerabilities: source, date, age", Args: noArgs,
		Long: "Print the tables by which versions are judged: releases and support of Kubernetes, providers, runtimes and systems, known\n" +
			"vulnerabilities, API versions that end, add-ons that are given up. They are part of the program, and newer ones can be taken from\n" +
			"a file or an address with \"canopy data update\". Nothing is ever fetched by itself.",
		Example: "  canopy data\n" +
			"  canopy data update --from endoflife.json",
		RunE: func(*cobra.Command, []string) error { return r.printData(format) },
	}
	bindFormat(c, &format, output.Common())
	c.AddCommand(r.dataUpdate())
	return c
}

func (r *run) dataUpdate() *cobra.Command {
	var format, from, asOf string
	c := &cobra.Command{
		Use: "update --from FILE|URL", Short: "Take newer tables from a file, a folder, an archive or an address", Args: noArgs,
		Long: "Take newer tables into the data file of this user. Read are the JSON of endoflife.date, eol.yaml, schedule.yaml and releases.yaml of\n" +
			"kubernetes/website, OSV files, the YAML of k8s-cves, versions.yaml of pluto, and Canopy's own form, one by one or many in a folder,\n" +
			"a tar, tar.gz or zip. What is older than what is there, or not whole, is refused, and nothing changes then.\n\n" +
			"Files of vulnerabilities tell the day of the newest of them. Where they hold all that is known of their source, they count as of the\n" +
			"day on which they were got: that of the oldest file, of the members of the archive, or as the server tells (Last-Modified). Copies,\n" +
			"and what comes by a pipe, need --as-of. What lacks an entry that another source has is as of the day before it.\n\n" +
			"An address is https, or http on this machine; $HTTPS_PROXY counts. Exit status: 2 if what is given cannot be used, 1 if nothing in it\n" +
			"is newer than what is there, 0 otherwise.",
		Example: "  canopy data update --from endoflife.json\n" +
			"  canopy data update --from cves.tar.gz\n" +
			"  canopy data update --from https://data.example/canopy.json",
		RunE: func(c *cobra.Command, _ []string) error { return r.updateData(c.Context(), from, asOf, format) },
	}
	bindFormat(c, &format, output.Common())
	c.Flags().StringVar(&from, "from", "", "The file, folder or address; - is standard input")
	c.Flags().StringVar(&asOf, "as-of", "", "The day on which it was got from its source, such as 2026-11-26, instead of what the files tell")
	_ = c.MarkFlagRequired("from")
	return c
}

// lifecycles gives the tables that are judged by: those of the program with what the user has taken. What is wrong with the user's file is
// told, and holds nobody up.
func (r *run) lifecycles() (*lifecycle.Tables, error) {
	path := r.paths().Data
	if path == "" {
		return lifecycle.Default(), nil
	}
	return tables.Load(path)
}

func (r *run) printData(format string) error {
	clock, err := r.connect.Clock()
	if err != nil {
		return err
	}
	known, problem := r.lifecycles()
	if problem != nil {
		r.warn("canopy: " + problem.Error())
	}
	d := output.NewDataTables(known.Sets(), r.paths().Data, clock.Now())
	return r.print(format, d, d.Grid)
}

func (r *run) updateData(ctx context.Context, from, asOf, format string) error {
	if _, err := output.Parse(format, output.Common()); err != nil {
		return err
	}
	clock, err := r.connect.Clock()
	if err != nil {
		return err
	}
	var day lifecycle.Day
	if asOf != "" {
		if day, err = lifecycle.ParseDay(asOf); err != nil {
			return fmt.Errorf("--as-of %q is no day; want one such as 2026-11-26", asOf)
		}
	}
	path, err := tables.Path(os.Getenv)
	if err != nil {
		return err
	}
	result, err := tables.Update(ctx, path, from, tables.Options{Stdin: r.streams.In, Now: clock.Now(), AsOf: day})
	if errors.Is(err, lifecycle.ErrOlder) {
		return &shortfall{"nothing was taken: " + err.Error()}
	}
	if err != nil {
		return fmt.Errorf("nothing was taken: %w", err)
	}
	for _, p := range result.Passed {
		r.warn("canopy: passed over, for it is no table: " + p)
	}
	for _, remark := range result.Remarks {
		r.warn("canopy: " + remark)
	}
	if result.Unsound != nil {
		r.warn("canopy: what was there before could not be read: " + result.Unsound.Error())
	}
	u := output.DataUpdate{Path: result.Path, Previous: result.Previous, Changes: []output.DataChange{}}
	for _, c := range result.Changes {
		u.Changes = append(u.Changes, output.DataChange{Table: c.Name, Source: c.Source.Name, From: c.From.String(), To: c.To.String(), Before: c.Before, Entries: c.Entries})
	}
	return r.print(format, u, func() *output.Grid {
		g := &output.Grid{Titles: []string{"TABLE", "SOURCE", "FROM", "TO", "ENTRIES", "BEFORE"}}
		for _, c := range u.Changes {
			to := c.To
			if to == c.From {
				to += ", some entries newer"
			}
			g.Add(c.Table, c.Source, output.Dash(c.From), to, strconv.Itoa(c.Entries), strconv.Itoa(c.Before))
		}
		g.Above = []string{output.Count(len(u.Changes), "table has", "tables have") + " something newer now, in " + u.Path}
		if u.Previous != "" {
			g.Below = []string{"what was there before is kept in " + u.Previous}
		}
		return g
	})
}
