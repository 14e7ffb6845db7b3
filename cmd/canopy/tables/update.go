package tables

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"strings"
	"time"

	"canopy/analysis/lifecycle"
)

// Options says how an update is taken. The zero value will do.
type Options struct {
	// Stdin is read where the source is "-".
	Stdin io.Reader
	// Now is the time: tables from after it are refused, since nothing that is true could ever take their place. Zero lets them all pass.
	Now time.Time
	// Timeout is how long an address may take to answer in full; zero is DefaultTimeout.
	Timeout time.Duration
	// AsOf is the day on which what is given was got from its source, where the user knows better than the times of files and the server;
	// zero leaves it to them.
	AsOf lifecycle.Day
	// TLS says whom to trust; nil is as the system does.
	TLS *tls.Config

	// disk is what is told of each step of writing; nil but in tests.
	disk *disk
}

// Result says what an update did.
type Result struct {
	// Path is the file that was written, Previous the one in which what was there before is kept; "" where there was nothing.
	Path, Previous string
	// Changes are the tables that are newer now, by name.
	Changes []Change
	// Passed are members of a folder or an archive that are no tables, in the order in which they were found.
	Passed []string
	// Remarks say of tables why they are not as new as the day on which they were got.
	Remarks []string
	// Unsound says what was wrong with the file that was there and that the new one has taken the place of; it is kept beside it.
	Unsound error
}

// Change is a table before and after.
type Change struct {
	// Name is that of lifecycle.Set.
	Name   string
	Source lifecycle.Source
	// From is zero where the table is new.
	From, To lifecycle.Day
	// Before and Entries count its rows.
	Before, Entries int
}

// Update takes the tables that from names into the data file at path: a file or a folder of JSON or YAML in any form that
// lifecycle.ReadAll knows, a tar, tar.gz or zip of such, an address (https, or http on this machine), or "-" for standard input. What is
// there is kept where it is newer.
//
// An error says what is wrong and where, and then the file is what it was: where the source cannot be read whole, is of no known form, is
// empty, too large or from the future, where it has nothing that is newer (the error wraps lifecycle.ErrOlder), or where another update
// runs at this moment.
func Update(ctx context.Context, path, from string, o Options) (Result, error) {
	result := Result{Path: path}
	if o.AsOf != 0 && !o.Now.IsZero() && o.AsOf > lifecycle.DayOf(o.Now) {
		return result, fmt.Errorf("%s is to come: nothing can have been got on that day", o.AsOf)
	}
	g, err := gather(ctx, from, &o)
	if err != nil {
		return result, err
	}
	if o.AsOf != 0 {
		for i := range g.documents {
			g.documents[i].Modified = o.AsOf.Time()
		}
	}
	result.Passed = g.passed
	taken, err := understand(from, g, o.Now)
	if err != nil {
		return result, err
	}
	s := &store{path: path, disk: o.disk}
	unlock, err := s.lock()
	if err != nil {
		return result, err
	}
	defer unlock()
	return result, s.merge(ctx, from, taken, o.Now, &result)
}

// gather reads a source, of whatever kind.
func gather(ctx context.Context, from string, o *Options) (*gathered, error) {
	switch {
	case from == "":
		return nil, errors.New("no source of data is named")
	case from == "-":
		return input(ctx, o.Stdin)
	case isAddress(from):
		return fetch(ctx, from, o)
	}
	return local(ctx, from)
}

// merge puts what was taken and what is there together, and writes it.
func (s *store) merge(ctx context.Context, from string, taken *lifecycle.Update, now time.Time, result *Result) error {
	there, err := read(s.path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		there = nil
	case errors.Is(err, errUnsound):
		// What was there before it may still be good.
		result.Unsound = err
		if there, err = read(Previous(s.path)); err != nil {
			there = nil
		}
	case err != nil:
		return err
	}
	before := lifecycle.Default()
	if there != nil {
		if before, err = before.With(there); errors.Is(err, lifecycle.ErrOlder) {
			before = lifecycle.Default()
		} else if err != nil {
			return fmt.Errorf("%s: %w", s.path, err)
		}
	}
	var today lifecycle.Day
	if !now.IsZero() {
		today = lifecycle.DayOf(now)
	}
	taken, result.Remarks = before.Date(taken, today)
	all := []*lifecycle.Update{taken}
	if there != nil {
		all = []*lifecycle.Update{there, taken}
	}
	if _, err := before.With(taken); err != nil {
		return refused(from, taken, before, result.Remarks, err)
	}
	text, err := lifecycle.Encode(lifecycle.Merge(all...))
	if err != nil {
		return fmt.Errorf("%s: %w", from, err)
	}
	if _, err := lifecycle.Decode(text); err != nil {
		return fmt.Errorf("%s: what would be written cannot be read: %w", from, err)
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	if err := s.write(text, result); err != nil {
		return fmt.Errorf("%s is as it was: %w", s.path, err)
	}
	result.Changes = changes(before, taken)
	return nil
}

// refused says why an update changes nothing.
func refused(from string, taken *lifecycle.Update, before *lifecycle.Tables, remarks []string, err error) error {
	if !errors.Is(err, lifecycle.ErrOlder) {
		return fmt.Errorf("%s: %w", from, err)
	}
	if len(remarks) > 0 {
		return fmt.Errorf("%s: %s: %w", from, strings.Join(remarks, "; "), err)
	}
	for i := range taken.Tables {
		t := &taken.Tables[i]
		for _, s := range before.Sets() {
			if s.Source.Name == t.Source.Name && s.Name == nameOf(t) {
				return fmt.Errorf("%s: %s of %s is as of %s, and what is there as of %s: %w", from, s.Name, s.Source.Name, t.Source.AsOf, s.Source.AsOf, err)
			}
		}
	}
	return fmt.Errorf("%s: %w", from, err)
}

// nameOf is the name of the set that a table belongs to.
func nameOf(t *lifecycle.Table) string {
	if t.Product == "" {
		return t.Kind
	}
	return t.Kind + " " + t.Product
}

// changes compares what there is with what an update makes of it.
func changes(before *lifecycle.Tables, taken *lifecycle.Update) []Change {
	type subject struct{ name, source string }
	old := map[subject]lifecycle.Set{}
	for _, s := range before.Sets() {
		old[subject{s.Name, s.Source.Name}] = s
	}
	var list []Change
	for _, s := range before.News(taken) {
		was := old[subject{s.Name, s.Source.Name}]
		list = append(list, Change{Name: s.Name, Source: s.Source, From: was.Source.AsOf, To: s.Source.AsOf, Before: was.Entries, Entries: s.Entries})
	}
	return list
}
