package images

import (
	"context"
	"fmt"

	tea "charm.land/bubbletea/v2"

	"canopy/analysis/image"
	"canopy/model"
	"canopy/model/record"
	"canopy/ui/text"
	"canopy/ui/view"
	"canopy/ui/view/sheet"
)

// nameOf is what an image is called, with its digest.
func nameOf(i *image.Image) string {
	switch {
	case i.Name == "":
		return i.Digest
	case i.Digest == "" || i.Of == record.OfConfig:
		return i.Name
	}
	return i.Name + "@" + i.Digest
}

// targets are what a scanner is asked for to scan images, each once, for each platform that it runs on; or for each that is missing.
func (c *choice) targets() []model.ScanTarget {
	var all []model.ScanTarget
	seen := map[string]bool{}
	for _, i := range c.images {
		if seen[idOf(i)] {
			continue
		}
		seen[idOf(i)] = true
		if c.missing {
			all = append(all, i.Missing()...)
		} else {
			all = append(all, i.Targets()...)
		}
	}
	return all
}

func (t *topic) busy() view.Offer {
	return view.When(!t.keeper.job.Running(), "a scan is running: "+t.shared.Keys.Show("back")+" stops it")
}

func (l *list) canScan() view.Offer {
	if s := l.keeper.newest.Load(); s == nil || len(s.images) == 0 {
		return view.Because("no image is known")
	}
	return l.busy()
}

// askScan asks what is to be scanned, and says by what; nothing is run before it is answered.
func (l *list) askScan(one *item) tea.Cmd {
	sheet, snapshot := l.screen.sheet, l.screen.Snapshot()
	var marked []*image.Image
	for _, r := range sheet.List().Marked() {
		marked = append(marked, r.of)
	}
	var here []*image.Image
	if one != nil {
		here = append(here, one.of)
	}
	return l.ask(l.screen.Screen, func() []choice {
		var missing []*image.Image
		if s := l.keeper.newest.Load(); s != nil {
			with := aboutShown(l.shared, s, snapshot)
			for _, i := range s.images {
				if len(i.Missing()) > 0 && newItem(with, i, "") != nil {
					missing = append(missing, i)
				}
			}
		}
		return []choice{{what: "the marked images", images: marked}, {what: "this image", images: here}, {what: "all that were not scanned", images: missing, missing: true}}
	}, sheet.Unmark)
}

func aboutShown(shared *view.Shared, s *survey, snapshot *view.Snapshot) *about {
	return newAbout(&sheet.Quest{Shared: *shared, Snapshot: snapshot}, s)
}

// choice is something that can be scanned.
type choice struct {
	what   string
	images []*image.Image
	// missing leaves out the platforms of which a scan is there.
	missing bool
}

// ask lets one of several be chosen. Looking for a scanner takes its time, so a command does it.
func (t *topic) ask(to view.Screen, choices func() []choice, begun func()) tea.Cmd {
	session, ctx := t.shared.Session, t.shared.Running
	return func() tea.Msg {
		program, err := session.Scanner(ctx)
		if err != nil {
			return view.Note{Text: "scan: " + text.Clean(err.Error()), Bad: true}
		}
		items, sets := []view.Item{{Text: "no: nothing is run"}}, [][]model.ScanTarget{nil}
		for _, c := range choices() {
			list := c.targets()
			if len(list) == 0 {
				continue
			}
			what := c.what
			if len(list) > 1 {
				what += fmt.Sprintf(" (%d)", len(list))
			} else {
				what += ": " + brief(c.images[0].Name)
			}
			items, sets = append(items, view.Item{Text: what}), append(sets, list)
		}
		if len(items) == 1 {
			return view.Note{Text: "scan: no image has a name to ask for, or all were scanned"}
		}
		return view.Pick{Title: "run " + program + "? it downloads images and vulnerability data", Items: items, Done: func(chosen []int) tea.Cmd {
			list := sets[chosen[0]]
			if len(list) == 0 {
				return nil
			}
			if begun != nil {
				begun()
			}
			return t.scan(to, list)
		}}
	}
}

// scan scans, and tells how far it is. What is found comes with the next snapshot.
func (t *topic) scan(to view.Screen, list []model.ScanTarget) tea.Cmd {
	session := t.shared.Session
	return t.keeper.job.Start(t.shared.Running, to, "scanning "+view.Count(len(list), "image"), func(ctx context.Context, tell func(string)) (string, error) {
		var p progress
		err := session.Scan(ctx, list, func(now model.ScanProgress) { tell(p.take(now)) })
		if err != nil && p.done == 0 {
			return "", err
		}
		return p.sum(len(list)), err
	})
}

// progress is how far a scan is. Its calls come one at a time.
type progress struct {
	done, failed, cached int
	why                  string
	ended                map[string]bool
}

func (p *progress) take(now model.ScanProgress) string {
	if p.ended == nil {
		p.ended = map[string]bool{}
	}
	key := now.Target.Digest + now.Target.Reference + now.Target.Platform
	if now.Done > p.done && !p.ended[key] {
		p.ended[key] = true
		switch {
		case now.Err != nil:
			p.failed++
			if p.why == "" {
				p.why = text.Clean(brief(now.Target.Reference) + ": " + now.Err.Error())
			}
		case now.Cached:
			p.cached++
		}
	}
	p.done = max(p.done, now.Done)
	line := fmt.Sprintf("scanning: %d of %d done", now.Done, now.All)
	if p.failed > 0 {
		line += fmt.Sprintf(", %d failed", p.failed)
	}
	var names []string
	for _, r := range now.Running {
		names = append(names, text.Clean(brief(r)))
	}
	if len(names) > 0 {
		line += ", running " + view.Few(names, 3)
	}
	return line
}

// sum says what came of it.
func (p *progress) sum(all int) string {
	t := fmt.Sprintf("%d of %s scanned", p.done-p.failed, view.Count(all, "image"))
	if p.cached > 0 {
		t += fmt.Sprintf(", %d of them before", p.cached)
	}
	if p.failed > 0 {
		t += fmt.Sprintf(", %d failed: %s", p.failed, p.why)
	}
	return t
}
