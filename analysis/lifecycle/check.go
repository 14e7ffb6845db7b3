package lifecycle

import (
	"errors"
	"fmt"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// MaxSize bounds a file that is read; everything that is known is far smaller.
const MaxSize = 16 << 20

// What tables may hold. Whatever is larger is no table of versions.
const (
	maxTables = 400
	maxRows   = 20_000
	maxRanges = 200
	maxList   = 40
	maxName   = 120
	maxText   = 300
)

var errSize = fmt.Errorf("is larger than %d MB", MaxSize>>20)

// Future says which table is from the future: a clock that is wrong, or a file that wants never to count as old.
func (u *Update) Future(now time.Time) error {
	limit := now.Add(day)
	if u.Generated.After(limit) {
		return fmt.Errorf("was made on %s, which is to come", u.Generated.UTC().Format(time.DateOnly))
	}
	for i := range u.Tables {
		if t := &u.Tables[i]; t.Source.AsOf > DayOf(limit) {
			return fmt.Errorf("%s of %s is as of %s, which is to come", t.name(), t.Source.Name, t.Source.AsOf)
		}
	}
	return nil
}

// check refuses what cannot be used, or is made to be a burden.
func (u *Update) check() error {
	if len(u.Tables) == 0 {
		return errors.New("holds no table")
	}
	if len(u.Tables) > maxTables {
		return fmt.Errorf("holds %d tables, more than %d", len(u.Tables), maxTables)
	}
	if !u.Generated.IsZero() && !DayOf(u.Generated).sane() {
		return errors.New("was made on a day that cannot be")
	}
	for i := range u.Tables {
		t := &u.Tables[i]
		if err := t.check(); err != nil {
			return fmt.Errorf("table %d (%.60s, %.60s): %w", i+1, t.name(), t.Source.Name, err)
		}
	}
	return nil
}

func (t *Table) check() error {
	if err := errors.Join(name("source", t.Source.Name), text("URL", t.Source.URL), text("licence", t.Source.Licence)); err != nil {
		return err
	}
	if !t.Source.AsOf.sane() {
		return errors.New("does not say as of when it is")
	}
	if t.Len() > maxRows {
		return fmt.Errorf("has %d rows, more than %d", t.Len(), maxRows)
	}
	var rows int
	switch t.Kind {
	case Support:
		rows = len(t.Cycles)
		if err := name("product", t.Product); err != nil {
			return err
		}
	case Patches:
		rows = len(t.Releases)
	case Vulnerabilities:
		rows = len(t.Vulnerabilities)
	case Deprecations:
		rows = len(t.Deprecations)
	case AddOns:
		rows = len(t.AddOns)
	default:
		return errors.New("is of no kind that is known here")
	}
	if rows == 0 || rows != t.Len() || t.Kind != Support && t.Product != "" {
		return errors.New("has rows of another kind than its own, or none")
	}
	return t.checkRows()
}

func (t *Table) checkRows() error {
	for i, c := range t.Cycles {
		if err := row(i, name("name", c.Name), text("latest", c.Latest), days(c.Released, c.Maintenance, c.End, c.Extended, c.Out)); err != nil {
			return err
		}
	}
	for i, r := range t.Releases {
		if err := row(i, plain("version", r.Version), days(r.Out)); err != nil {
			return err
		}
	}
	for i := range t.Vulnerabilities {
		if err := row(i, t.Vulnerabilities[i].check()); err != nil {
			return err
		}
	}
	for i, d := range t.Deprecations {
		err := row(i, text("group", d.Group), name("version", d.Version), name("kind", d.Kind), text("component", d.Component),
			text("deprecated", d.Deprecated), text("removed", d.Removed), text("replacement", d.Replacement), text("since", d.Since))
		if err != nil {
			return err
		}
	}
	for i, a := range t.AddOns {
		if len(a.Images) == 0 || len(a.Images) > maxList {
			return fmt.Errorf("row %d has %d images", i+1, len(a.Images))
		}
		errs := []error{name("name", a.Name), text("why", a.Why), text("instead", a.Instead), text("unless", a.Unless), text("url", a.URL), days(a.End)}
		for _, image := range a.Images {
			errs = append(errs, name("image", image))
		}
		if err := row(i, errs...); err != nil {
			return err
		}
	}
	return nil
}

func (v *Vulnerability) check() error {
	if len(v.Ranges) > maxRanges || len(v.Components) > maxList || len(v.Systems) > maxList {
		return fmt.Errorf("%s has %d ranges, %d components and %d systems", quoted(v.ID), len(v.Ranges), len(v.Components), len(v.Systems))
	}
	if !(v.Score >= 0 && v.Score <= 10) {
		return fmt.Errorf("%s has a score that is none", quoted(v.ID))
	}
	errs := []error{name("id", v.ID), text("summary", v.Summary), text("url", v.URL), days(v.Published)}
	for _, c := range v.Components {
		errs = append(errs, name("component", c))
	}
	for _, s := range v.Systems {
		errs = append(errs, name("system", s))
	}
	for _, r := range v.Ranges {
		for _, end := range [...]string{r.Introduced, r.Last, r.Before, r.Fixed} {
			if end != "" {
				errs = append(errs, plain("version of "+v.ID, end))
			}
		}
		if r.Open != (r.Last == "" && r.Before == "" && r.Fixed == "") {
			errs = append(errs, fmt.Errorf("%s has a range that is open and ends, or does neither", quoted(v.ID)))
		}
	}
	return errors.Join(errs...)
}

// row names the row of the first error.
func row(i int, errs ...error) error {
	for _, err := range errs {
		if err != nil {
			first, _, _ := strings.Cut(err.Error(), "\n")
			return fmt.Errorf("row %d: %s", i+1, first)
		}
	}
	return nil
}

func name(what, value string) error {
	if value == "" || len(value) > maxName || !printable(value) {
		return fmt.Errorf("%s %s is no name", what, quoted(value))
	}
	return nil
}

func text(what, value string) error {
	if len(value) > maxText || !printable(value) {
		return fmt.Errorf("%s %s is longer than %d bytes, or not plain text", what, quoted(value), maxText)
	}
	return nil
}

func plain(what, value string) error {
	if _, ok := ParseVersion(value); !ok {
		return fmt.Errorf("%s: %s is no version", what, quoted(value))
	}
	return nil
}

func days(all ...Day) error {
	for _, d := range all {
		if d != 0 && !d.sane() {
			return fmt.Errorf("day %d cannot be", d)
		}
	}
	return nil
}

func printable(value string) bool {
	return utf8.ValidString(value) && !strings.ContainsFunc(value, func(r rune) bool { return !unicode.IsPrint(r) })
}

// short makes one line of plain text that is no longer than a summary may be.
func short(value string) string { return line(value, 160) }

// line makes one line of plain text of about so many bytes.
func line(value string, limit int) string {
	var b strings.Builder
	space := false
	for _, r := range value {
		switch {
		case unicode.IsSpace(r):
			space = b.Len() > 0
			continue
		case !unicode.IsPrint(r) || r == utf8.RuneError:
			continue
		}
		if b.Len() >= limit {
			b.WriteString("...")
			break
		}
		if space {
			b.WriteByte(' ')
			space = false
		}
		b.WriteRune(r)
	}
	return b.String()
}
