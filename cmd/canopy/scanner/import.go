package scanner

import (
	"context"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"time"

	"canopy/analysis/image/report"
	"canopy/model"
	"canopy/model/record"
)

// skew is how far clocks may differ before a report counts as one from the future.
const skew = 10 * time.Minute

// Import reads files and folders of reports. It gives the records of what is in them, and in words what could not be read: each with
// the name of its file, and possibly hostile words of it. A path that cannot be opened is an error. Of scans of the same image by the
// same scanner the newest counts. Statements of VEX are applied to all scans, of whichever file, and to those that come later.
func (s *Store) Import(ctx context.Context, paths []string) (records []model.Record, problems []string, err error) {
	in := importing{store: s, images: map[string]report.Product{}, signatures: map[string]*record.Signature{}}
	for _, path := range paths {
		info, err := os.Stat(path)
		if err != nil {
			return nil, nil, err
		}
		if !info.IsDir() {
			in.file(ctx, place{name: path})
			continue
		}
		if err := walk(ctx, path, func(p place) { in.file(ctx, p) }, func(path string, err error) { in.fail(path, err.Error()) }); err != nil {
			return nil, nil, err
		}
	}
	if err := ctx.Err(); err != nil {
		return nil, nil, err
	}
	s.mutex.Lock()
	s.statements = append(slices.Clone(s.statements), report.Link(in.present(), in.images)...)
	judged := len(s.statements) > 0
	s.mutex.Unlock()
	for _, scan := range in.sorted() {
		if judged && scan.Listed {
			if err := ctx.Err(); err != nil {
				return nil, nil, err
			}
			scan = in.recount(ctx, scan)
		}
		records = append(records, scan)
	}
	for _, name := range slices.Sorted(maps.Keys(in.signatures)) {
		records = append(records, in.signatures[name])
	}
	return records, in.problems, nil
}

// importing is what one import has read so far. Lines are not kept: where there are statements their files are read once more.
type importing struct {
	store      *Store
	scans      map[string]*record.Scan
	places     map[string]place
	signatures map[string]*record.Signature
	statements []report.Statement
	images     map[string]report.Product
	problems   []string
}

func (in *importing) fail(path, why string) {
	if !strings.HasPrefix(why, path) {
		why = path + ": " + why
	}
	in.problems = append(in.problems, why)
}

// file reads one file; what of it is good counts.
func (in *importing) file(ctx context.Context, from place) {
	path := from.path()
	data, err := from.read()
	if err != nil {
		in.fail(path, bare(err).Error())
		return
	}
	r, err := report.Read(ctx, path, data)
	if err != nil {
		for line := range strings.SplitSeq(err.Error(), "\n") {
			in.fail(path, line)
		}
	}
	for i := range r.Scans {
		in.scan(from, r.Scans[i].Scan)
	}
	for _, sig := range r.Signatures {
		if old := in.signatures[sig.Name]; old == nil || sig.At >= old.At {
			in.signatures[sig.Name] = sig
		}
	}
	in.statements = append(in.statements, r.Statements...)
	maps.Copy(in.images, r.Images)
}

// scan files a scan. One that says to be of the future would never grow old, so that its date does not count.
func (in *importing) scan(from place, scan *record.Scan) {
	told := scan.Scanned
	if now := in.store.clock.Now().Add(skew); time.Unix(told, 0).After(now) {
		scan.Scanned = 0
		if scan.Partial != "" {
			scan.Partial += "; "
		}
		scan.Partial += fmt.Sprintf("it is dated in the future: %s", time.Unix(told, 0).UTC().Format(time.DateTime))
	}
	if in.store.keep(held{scan: scan, file: from}) != scan {
		return
	}
	if in.scans == nil {
		in.scans, in.places = map[string]*record.Scan{}, map[string]place{}
	}
	in.scans[scan.Name], in.places[scan.Name] = scan, from
}

func (in *importing) sorted() []*record.Scan {
	list := make([]*record.Scan, 0, len(in.scans))
	for _, name := range slices.Sorted(maps.Keys(in.scans)) {
		list = append(list, in.scans[name])
	}
	return list
}

// present gives the statements but those of the future, which would win over all that is said until then, and tells of them.
func (in *importing) present() []report.Statement {
	late := in.store.clock.Now().Add(skew).Unix()
	told := map[string]int{}
	var kept []report.Statement
	for i := range in.statements {
		if st := &in.statements[i]; st.At > late {
			told[st.Origin]++
			continue
		}
		kept = append(kept, in.statements[i])
	}
	for _, name := range slices.Sorted(maps.Keys(told)) {
		in.fail(name, fmt.Sprintf("%d statements of VEX are dated in the future, and do not count", told[name]))
	}
	return kept
}

// recount counts a scan as statements leave it.
func (in *importing) recount(ctx context.Context, scan *record.Scan) *record.Scan {
	from := in.places[scan.Name]
	lines, err := reread(ctx, from, scan)
	if err != nil {
		in.fail(scan.Origin, err.Error())
		return scan
	}
	c := in.store.counted(scan, lines)
	in.store.keep(held{scan: c, file: from})
	return c
}
