package output

import (
	"cmp"
	"fmt"
	"strconv"
	"time"

	"canopy/analysis/lifecycle"
)

// DataTables is what canopy data prints.
type DataTables struct {
	Tables []DataTable `json:"tables"`
	// File is where tables of the user are, whether or not there are any.
	File string `json:"file"`
	// Stale counts the tables of which even the newest source is older than 60 days.
	Stale int `json:"stale"`
}

// DataTable is one table of what is known of versions. AgeDays is nil where it has no date.
type DataTable struct {
	Name    string `json:"name"`
	Entries int    `json:"entries"`
	Source  string `json:"source"`
	URL     string `json:"url"`
	Date    string `json:"date"`
	AgeDays *int   `json:"ageDays"`
	Stale   bool   `json:"stale,omitempty"`
	// Origin is bundled, or file where the user took it.
	Origin string `json:"origin"`
}

// DataUpdate is what canopy data update prints.
type DataUpdate struct {
	Path     string       `json:"path"`
	Previous string       `json:"previous,omitempty"`
	Changes  []DataChange `json:"changes"`
}

// DataChange is a table that became newer. From is "" where it is new.
type DataChange struct {
	Table   string `json:"table"`
	Source  string `json:"source"`
	From    string `json:"from"`
	To      string `json:"to"`
	Before  int    `json:"before"`
	Entries int    `json:"entries"`
}

// NewDataTables makes what is shown of tables at a moment.
func NewDataTables(sets []lifecycle.Set, file string, now time.Time) *DataTables {
	d := &DataTables{Tables: []DataTable{}, File: file}
	for _, s := range sets {
		t := DataTable{Name: s.Name, Entries: s.Entries, Source: s.Source.Name, URL: s.Source.URL, Date: s.Source.AsOf.String(), Origin: s.Origin}
		if s.Source.AsOf != 0 {
			age := max(0, int(lifecycle.DayOf(now)-s.Source.AsOf))
			t.AgeDays, t.Stale = &age, now.Sub(s.Source.AsOf.Time()) > lifecycle.StaleAfter
		}
		d.Tables = append(d.Tables, t)
	}
	// Of several sources of one table the newest tells how old it is; but for one that has only some entries, which tells nothing of others.
	newest := map[string]int{}
	for i := range d.Tables {
		if t := &d.Tables[i]; t.AgeDays != nil && !sets[i].Part {
			if age, ok := newest[t.Name]; !ok || *t.AgeDays < age {
				newest[t.Name] = *t.AgeDays
			}
		}
	}
	for _, age := range newest {
		if time.Duration(age)*24*time.Hour > lifecycle.StaleAfter {
			d.Stale++
		}
	}
	return d
}

// Grid is the table for people.
func (d *DataTables) Grid() *Grid {
	g := &Grid{Titles: []string{"TABLE", "ENTRIES", "DATE", "AGE", "ORIGIN", "SOURCE", "URL"}}
	for i := range d.Tables {
		t := &d.Tables[i]
		age := "-"
		if t.AgeDays != nil {
			age = strconv.Itoa(*t.AgeDays) + "d"
			if t.Stale {
				age += " old"
			}
		}
		g.Add(t.Name, strconv.Itoa(t.Entries), cmp.Or(t.Date, "-"), age, t.Origin, t.Source, t.URL)
	}
	if d.Stale > 0 {
		g.Below = []string{fmt.Sprintf("%s older than 60 days in every source, so what came since is not known there: canopy data update --from FILE", count(d.Stale, "table"))}
	}
	return g
}

// Count writes a number with what there is of it, in the singular or the plural.
func Count(n int, one, many string) string {
	if n != 1 {
		one = many
	}
	return strconv.Itoa(n) + " " + one
}

// Dash stands for what is not there.
func Dash(text string) string { return cmp.Or(text, "-") }
