package overview

import (
	"strconv"
	"strings"
	"time"

	"charm.land/lipgloss/v2"

	"canopy/analysis/network/policy"
	"canopy/model"
	"canopy/model/record"
	"canopy/ui/view"
)

// edits are the changes that are shown, the newest first.
type edits struct {
	rows []*model.Edit
	// known tells that a snapshot was shown; seen is the sequence number of the newest edit, and those above quiet glow.
	known       bool
	seen, quiet uint64
	// usual is the width that nine of ten objects need.
	usual int
	// unjudged tells that there are some of which not all effects are evaluated.
	unjudged bool
	// opened and closed are the widths of the columns of what findings came and went, with the blank before them.
	opened, closed int
}

// take shows the edits of the snapshot, and tells whether there are new ones.
func (s *Screen) take() (news bool) {
	e, l, r := &s.changed, &s.lists[changed], s.snapshot.Report
	was, widths := s.edit(), []int(nil)
	e.rows, e.usual, e.opened, e.closed, e.unjudged = nil, 0, 0, 0, false
	for i := range r.Edits {
		edit := &r.Edits[i]
		if !s.snapshot.Namespaces.Show(edit.Object) {
			continue
		}
		e.rows = append(e.rows, edit)
		e.unjudged = e.unjudged || s.silence(edit) != ""
		widths = append(widths, view.Width(s.shared.Clean(edit.Object.String())))
		e.opened = max(e.opened, len(figure(" +", edit.OpenedCount)))
		e.closed = max(e.closed, len(figure(" -", edit.ClosedCount)))
	}
	l.refill(len(e.rows), func() (int, bool) {
		for i, row := range e.rows {
			if was != nil && row.Sequence == was.Sequence {
				return i, true
			}
		}
		return 0, false
	})
	e.usual = usual(widths)
	newest := uint64(0)
	if len(r.Edits) > 0 {
		newest = r.Edits[0].Sequence
	}
	news = e.known && newest > e.seen
	if !e.known || newest < e.seen {
		// What was there before one came here is no news, nor is what another source begins with.
		e.quiet = newest
	}
	e.known, e.seen = true, newest
	return news
}

// settle ends the glow of edits.
func (e *edits) settle(upTo uint64) { e.quiet = max(e.quiet, upTo) }

// edit is the selected one; nil where there is none.
func (s *Screen) edit() *model.Edit {
	if i := s.lists[changed].cursor; i < len(s.changed.rows) {
		return s.changed.rows[i]
	}
	return nil
}

// sign says what happened in one character.
func (s *Screen) sign(v model.EditVerb) (string, lipgloss.Style) {
	switch v {
	case model.EditCreated:
		return "+", s.shared.Theme.Added
	case model.EditDeleted:
		return "-", s.shared.Theme.Removed
	}
	return "~", s.shared.Theme.Notice
}

// figure says how many findings came or went; nothing of none.
func figure(sign string, n int) string {
	if n == 0 {
		return ""
	}
	return sign + strconv.Itoa(n)
}

// told says in words what an edit did, and what of that is not known.
func (s *Screen) told(e *model.Edit) string {
	var parts []string
	if e.PathsOpened > 0 {
		parts = append(parts, "cluster-admin came in reach of "+view.Count(e.PathsOpened, "more source"))
	}
	if e.PathsClosed > 0 {
		parts = append(parts, "cluster-admin went out of reach of "+view.Count(e.PathsClosed, "source"))
	}
	if detail := s.behind(pairs(e, " of pods"), e); detail != "" {
		parts = append(parts, detail)
	}
	if e.OpenedCount > 0 {
		parts = append(parts, view.Count(e.OpenedCount, "finding")+" opened, the worst "+e.Worst.String())
	}
	if e.ClosedCount > 0 {
		parts = append(parts, view.Count(e.ClosedCount, "finding")+" closed")
	}
	if what := s.silence(e); what != "" {
		parts = append(parts, what+" not evaluated "+here)
	}
	return strings.Join(parts, "; ")
}

// detail is that of an edit, behind what it did to connections. What it did to paths is told before, apart.
func (s *Screen) detail(e *model.Edit) string { return s.behind(pairs(e, ""), e) }

// pathsOf says how many paths an edit opened and closed, and where there is room where they lead; "" where none.
func pathsOf(e *model.Edit, lead string) string {
	t := figure("+", e.PathsOpened)
	if e.PathsClosed > 0 {
		t = strings.TrimLeft(t+" "+figure("-", e.PathsClosed), " ")
	}
	switch {
	case t == "":
		return ""
	case e.PathsOpened+e.PathsClosed == 1:
		return t + " path" + lead
	}
	return t + " paths" + lead
}

// behind puts the detail of an edit behind other words, with an arrow that can be drawn everywhere. It may be of several parts
// with colons of their own, so a semicolon stands between.
func (s *Screen) behind(words string, e *model.Edit) string {
	detail := strings.ReplaceAll(e.Detail, "→", s.shared.Glyphs.ArrowRight)
	if words != "" && detail != "" {
		return words + "; " + detail
	}
	return words + detail
}

// pairs says between how many pods connections became possible, or no longer are; "" where none did. What they are pairs of is
// said where there is room for it.
func pairs(e *model.Edit, of string) string {
	switch {
	case e.PairsOpened > 0 && e.PairsClosed > 0:
		return view.Count(e.PairsOpened, "pair") + of + " opened, " + strconv.Itoa(e.PairsClosed) + " closed"
	case e.PairsOpened > 0:
		return view.Count(e.PairsOpened, "pair") + of + " opened"
	case e.PairsClosed > 0:
		return view.Count(e.PairsClosed, "pair") + of + " closed"
	}
	return ""
}

// silence is that of an edit as of the newest report.
func (s *Screen) silence(e *model.Edit) string { return silence(e, s.snapshot.Report.Attack != nil) }

// silence says what of an edit no rule of this version is about, so that nothing was found is no good news; "" where the rules
// are about all of it. Where paths of attack are known, so is what comes of permissions.
func silence(e *model.Edit, paths bool) string {
	o := e.Object
	workload := record.TemplatePath(o.Kind) != "" && model.BuiltIn(o.GroupKind()) != nil
	switch o.Group + "/" + o.Kind {
	case "/Namespace":
		return ""
	case model.GroupNetwork + "/NetworkPolicy", policy.Group + "/AdminNetworkPolicy", policy.Group + "/BaselineAdminNetworkPolicy", policy.Group + "/ClusterNetworkPolicy":
		// What it does is who can talk to whom, and that is told.
		return ""
	case "/Secret", "/ConfigMap":
		// They are looked through for credentials, and for what uses them.
		return ""
	case "/Service", model.GroupNetwork + "/Ingress", model.GroupGateway + "/Gateway", model.GroupRoute + "/Route":
		// What it does is what it opens to the outside, and that is judged.
		return ""
	case "/Node", "policy/PodDisruptionBudget":
		// How old it is, and what keeps it from being patched, is judged.
		return ""
	}
	switch {
	case telling(o.Group), paths && permits(o):
		return ""
	case !workload && (effects(e) > 0 || e.PathsOpened+e.PathsClosed > 0):
		return "other effects are"
	case !workload:
		return "its effect is"
	}
	return ""
}

// effects counts the findings that came and went.
func effects(e *model.Edit) int { return e.OpenedCount + e.ClosedCount }

// permits tells that an object grants, or is whom something is granted to.
func permits(o model.Ref) bool {
	return o.Group == model.GroupRBAC || o.Group == "" && o.Kind == "ServiceAccount"
}

// telling tells that objects of a group are evidence of scans, demand signatures, or write Secrets: what comes of them is judged on what
// runs, and on the Secrets.
func telling(group string) bool {
	switch group {
	case model.GroupTrivy, model.GroupKubescape, model.GroupPolicyReport, model.GroupOpenReports, model.GroupSigstore, model.GroupRatify,
		model.GroupCertManager, model.GroupExternalSecrets, model.GroupSealedSecrets, model.GroupSecretsStore, model.GroupSops, model.GroupOwn:
		return true
	}
	return false
}

// clock writes when an edit was: the time of this day, with seconds where there is room, else the day.
func (s *Screen) clock(t time.Time, width int) string {
	now := s.snapshot.Report.Time.In(s.shared.Zone)
	if t = t.In(s.shared.Zone); t.Format(time.DateOnly) != now.Format(time.DateOnly) {
		return t.Format("Jan _2")
	}
	if clock := s.shared.Clock(t); len(clock) <= width {
		return clock
	}
	return t.Format("15:04")
}

// unchanged says since when nothing has changed.
func (s *Screen) unchanged() string {
	c, trend := s.snapshot.Cover, s.snapshot.Trend
	switch {
	case s.still():
		return "a file does not change"
	case !c.Settled():
		return "what changes is told once everything was read"
	case s.snapshot.Namespaces != nil && len(s.snapshot.Report.Edits) > 0:
		return "nothing has changed in the namespaces that are shown"
	case len(trend) == 0:
		return "nothing has changed"
	}
	return "nothing has changed since " + s.hour(trend[0].Time)
}

// still tells that what is looked at cannot change.
func (s *Screen) still() bool { return s.snapshot.Report.Source.Type == "capture" }
