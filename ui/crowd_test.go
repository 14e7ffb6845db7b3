package ui

import (
	"cmp"
	"context"
	"fmt"
	"iter"
	"slices"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"

	"canopy/model"
	"canopy/ui/view/viewtest"
)

// crowd is a set of many findings that nobody had to judge, in the order of ids.
type crowd []*model.Finding

func (c crowd) Len() int { return len(c) }

func (c crowd) Get(id string) *model.Finding {
	if i, ok := slices.BinarySearchFunc(c, id, func(f *model.Finding, id string) int { return cmp.Compare(f.ID, id) }); ok {
		return c[i]
	}
	return nil
}

func (c crowd) All() iter.Seq[*model.Finding] { return slices.Values(c) }

// exhibit is the proof of all of them.
type exhibit struct{ object model.Ref }

func (e exhibit) Evidence() []model.Evidence {
	return []model.Evidence{{Object: e.object, Path: "spec.template.spec.containers[0].securityContext.privileged", Value: "true"}}
}

// crowded is the report of the small cluster with n findings in place of its own: ten of each object.
func crowded(t testing.TB, n int) *model.Report {
	session := viewtest.Cluster(t)
	r := *session.Report()
	rules := session.Rules()
	all := make(crowd, 0, n)
	for i := range n {
		all = append(all, member(rules[(i%10*3+i/10%3)%len(rules)], i/10))
	}
	slices.SortFunc(all, func(a, b *model.Finding) int { return cmp.Compare(a.ID, b.ID) })
	r.Findings = all
	return &r
}

// member is a finding of the object of a number.
func member(rule *model.Rule, object int) *model.Finding {
	words := []string{"api", "billing", "cart", "checkout", "gateway", "ledger", "mailer", "orders", "payments", "reports", "search", "worker"}
	name := fmt.Sprintf("%s-%s-%05d", words[object*7%12], words[object/12*5%12], object)
	o := model.KindByName("Deployment").Ref(fmt.Sprintf("team-%03d", object*37%400), name)
	return &model.Finding{
		ID: model.FindingID(rule.ID, o), Rule: rule, Severity: rule.Severity, Object: o, Pods: object % 7, Verdict: model.Yes,
		Since: viewtest.Now.Unix() - int64(object), Proof: exhibit{o},
	}
}

// changed gives the next report, in which so many findings differ, other ones each time.
func changed(r *model.Report, n int) *model.Report {
	next := *r
	next.Sequence++
	next.Digest++
	next.Time = r.Time.Add(100 * time.Millisecond)
	all := slices.Clone(r.Findings.(crowd))
	for i := range n {
		at := (i*len(all)/n + int(next.Sequence)) % len(all) //nolint:gosec // small
		f := *all[at]
		f.Pods++
		all[at] = &f
	}
	next.Findings = all
	return &next
}

// still is a session whose news have to be asked for, so that every command ends.
type still struct{ *staged }

func (still) Subscribe() (<-chan struct{}, func()) {
	c := make(chan struct{})
	close(c)
	return c, func() {}
}

func (still) Failed() <-chan struct{} {
	c := make(chan struct{})
	close(c)
	return c
}

// crowdedScreen drives the root model on a report of many findings.
func crowdedScreen(t testing.TB, screen string, n, width, height int) *screenTest {
	t.Helper()
	session := stage(t, crowded(t, n))
	o := Options{Session: still{session}, Location: time.UTC, Width: width, Height: height, Settings: begin(screen, func(s *Settings) { s.Glow = false })}
	s := &screenTest{t: t, root: newRoot(context.Background(), o)}
	s.run(s.root.begin)
	s.has("coverage 100%")
	return s
}

// strike presses a key, and gives how long it takes until the screen is drawn, and until all is drawn that the key lets be
// made outside the loop.
func (s *screenTest) strike(name string) (view, all time.Duration) {
	key, ok := special(name)
	if !ok {
		key = tea.KeyPressMsg{Code: rune(name[0]), Text: name}
	}
	start := time.Now()
	_, cmd := s.root.Update(key)
	s.root.View()
	view = time.Since(start)
	s.follow(cmd)
	return view, time.Since(start)
}

// follow does what commands say, and draws after every message, as the library does.
func (s *screenTest) follow(cmd tea.Cmd) {
	if cmd == nil {
		return
	}
	switch msg := cmd().(type) {
	case nil:
	case tea.BatchMsg:
		for _, c := range msg {
			s.follow(c)
		}
	default:
		_, next := s.root.Update(msg)
		s.root.View()
		s.follow(next)
	}
}
