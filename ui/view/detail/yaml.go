package detail

import (
	"context"
	"errors"
	"slices"
	"strings"

	tea "charm.land/bubbletea/v2"
	apierrors "k8s.io/apimachinery/pkg/api/errors"

	"canopy/model"
	"canopy/ui/keys"
	"canopy/ui/view"
	"canopy/ui/view/page"
	"canopy/ui/view/yamlview"
)

// yamlPane shows the object.
type yamlPane struct {
	pager *view.Pager
	doc   *yamlview.Document
	err   error
	// target is the object that doc or err is about, record what the inventory had of it when it was asked for, and
	// found what was found on it then.
	target model.Ref
	record model.Record
	found  []*view.Row
	busy   bool
	// revealed tells that the first marked line was scrolled to.
	revealed bool
}

// fetched brings the object.
type fetched struct {
	target model.Ref
	doc    *yamlview.Document
	err    error
}

var errNothing = errors.New("the answer was empty")

// yamlTarget is the object to show.
func (s *Screen) yamlTarget() model.Ref {
	if s.facts != nil {
		return s.facts.target
	}
	return s.object
}

// yamlTitle says what the pane shows.
func (s *Screen) yamlTitle() string {
	if target := s.yamlTarget(); !target.IsZero() && !isCluster(target) {
		return "YAML of " + target.String()
	}
	return "YAML"
}

// fetch asks for the object where it is not there yet, or has changed; again tells to do it in any case.
func (s *Screen) fetch(again bool) tea.Cmd {
	if s.facts == nil || s.yaml.busy {
		return nil
	}
	p, target := &s.yaml, s.facts.target
	var now model.Record
	if set := s.snap.Report.Inventory; set != nil {
		now = set.Get(target)
	}
	// Of kinds that are not in the inventory only the findings tell that something changed.
	same := p.target == target && !changed(p.record, now) && (now != nil || slices.EqualFunc(p.found, s.facts.own, (*view.Row).Same))
	if same && !again || target.IsZero() {
		return nil
	}
	if isCluster(target) {
		// There is nothing to fetch.
		p.target, p.record, p.found, p.doc, p.err = target, nil, s.facts.own, nil, nil
		p.draw(s)
		return nil
	}
	if p.target != target {
		p.doc, p.revealed = nil, false
	}
	p.busy, p.target, p.record, p.found = true, target, now, s.facts.own
	if p.doc == nil {
		p.err = nil
		p.draw(s)
	}
	ctx, session := s.shared.Running, s.shared.Session
	return view.Later(s, func() tea.Msg {
		u, err := session.Object(ctx, target)
		if err == nil && u == nil {
			err = errNothing
		}
		if err != nil {
			return fetched{target, nil, err}
		}
		doc, err := yamlview.New(u)
		return fetched{target, doc, err}
	})
}

// changed tells that an object is to be fetched again.
func changed(before, now model.Record) bool {
	switch {
	case before == nil || now == nil:
		return before != now
	case before == now:
		return false
	}
	// Sources other than a server need not count versions.
	return before.GetResourceVersion() != now.GetResourceVersion() || !before.Same(now)
}

// take keeps what came. An object that is gone, or cannot be had any more, is still shown as it was.
func (p *yamlPane) take(s *Screen, m fetched) {
	p.busy = false
	if m.target != p.target {
		return
	}
	p.err = m.err
	if m.err == nil {
		p.doc = m.doc
	}
	p.draw(s)
}

// draw makes the lines anew.
func (p *yamlPane) draw(s *Screen) {
	_, width := s.panes()
	notice := page.New(s.shared, width, false)
	switch {
	case p.doc != nil:
		faded := p.err != nil || s.faded()
		var marks []yamlview.Mark
		if !faded && s.ended.IsZero() {
			marks = s.marks()
		}
		lines, first := p.doc.Draw(s.shared, marks, faded)
		if p.err != nil {
			last := reason(p.err)
			if errors.Is(p.err, model.ErrNotFound) {
				last = "gone: " + last
			}
			notice.Para(notice.In(s.shared.Theme.Notice, last+"; this is how it was last seen"))
			lines = append(notice.Lines(), lines...)
		}
		p.pager.SetLines(lines)
		if first >= 0 && !p.revealed && s.height > 0 {
			p.pager.Reveal(first)
			p.revealed = true
		}
	case p.err != nil:
		notice.Para(notice.In(notice.Ink.Warn, "no YAML: "+reason(p.err)))
		if key := s.shared.Keys.Show(keys.Redraw); key != "" {
			notice.Para(notice.In(notice.Ink.Faint, key+" tries again"))
		}
		p.pager.SetLines(notice.Lines())
	case isCluster(p.target):
		notice.Para(notice.In(notice.Ink.Faint, "no YAML: this is about the cluster as a whole, which is no object"))
		p.pager.SetLines(notice.Lines())
	case s.wrong != "":
		notice.Para(notice.In(notice.Ink.Faint, "no object"))
		p.pager.SetLines(notice.Lines())
	default:
		notice.Para(notice.In(notice.Ink.Faint, "fetching the object"+s.shared.Glyphs.Charset.Ellipsis()))
		p.pager.SetLines(notice.Lines())
	}
}

// marks are the fields of the shown object that findings are about. Where it is about all findings of an object each says
// which it is.
func (s *Screen) marks() []yamlview.Mark {
	if s.facts == nil {
		return nil
	}
	var marks []yamlview.Mark
	for i := range s.facts.places {
		p := &s.facts.places[i]
		if p.Object != s.yaml.target {
			continue
		}
		m := yamlview.Mark{Path: p.Path}
		if s.rule == nil {
			m.Note = p.finding.Rule.ID
		}
		marks = append(marks, m)
	}
	return marks
}

// reason says in plain words why an object is not there.
func reason(err error) string {
	switch {
	case errors.Is(err, model.ErrNotFound):
		return "the cluster does not hold this object"
	case apierrors.IsForbidden(err) || apierrors.IsUnauthorized(err):
		return "not permitted: " + short(err.Error())
	case errors.Is(err, context.DeadlineExceeded) || apierrors.IsTimeout(err):
		return "no answer in time: " + short(err.Error())
	}
	return short(err.Error())
}

// brief bounds the texts of errors, of which the end says no more than the beginning.
const brief = 400

func short(t string) string {
	if len(t) <= brief {
		return t
	}
	return strings.ToValidUTF8(t[:brief], "") + " ..."
}
