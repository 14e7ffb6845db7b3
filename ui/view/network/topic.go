package network

import (
	"strings"

	tea "charm.land/bubbletea/v2"

	"canopy/analysis/network"
	"canopy/analysis/network/port"
	"canopy/ui/keys"
	"canopy/ui/text"
	"canopy/ui/view"
	"canopy/ui/view/page"
	"canopy/ui/view/sheet"
)

// topic is what all sheets of this package have in common.
type topic struct {
	shared *view.Shared
	ask    asker
	place  view.Place
}

// Place is the question.
func (t *topic) Place() view.Place { return t.place }

// crumbs name the screen and what it is about.
func (t *topic) crumbs(about ...string) []string {
	crumbs := append([]string{view.Network}, about...)
	if t.place.Ports != "" {
		crumbs = append(crumbs, "port "+t.place.Ports)
	}
	return crumbs
}

// ports are the connections that count; nil is all.
func (t *topic) ports() *port.Set {
	set, err := parsePorts(t.place.Ports)
	if err != nil || t.place.Ports == "" {
		return nil
	}
	return &set
}

// can offers what every sheet can: the other lists, and other ports where the place has some.
func (t *topic) can(a keys.Action) view.Offer {
	switch a {
	case keys.Internet, keys.Isolation, keys.Policies, keys.History:
		return view.When(string(a) != t.place.Screen, "this is it")
	case keys.Ports:
		switch t.place.Screen {
		case view.Pairs, view.Reach, view.Internet:
			return view.Yes()
		}
	case keys.Owner:
		if t.place.Screen == view.History || t.place.Screen == view.Why || t.place.Screen == view.Policies {
			return view.Because("nobody owns it")
		}
	}
	return view.No()
}

func (t *topic) do(a keys.Action) tea.Cmd {
	if a == keys.Ports {
		return askPorts(t.place.Ports, func(ports string) tea.Cmd {
			p := t.place
			p.Ports = strings.ReplaceAll(ports, " ", "")
			return view.Send(view.Go{Place: p})
		})
	}
	return view.Send(view.Go{Place: view.Place{Screen: string(a)}})
}

// teller writes the text beside a list.
func tellerOf(q *sheet.Quest) *teller {
	return &teller{Page: page.New(&q.Shared, q.Width, false), shared: &q.Shared}
}

// glance looks whether anything has changed since an answer was made, and what answers rest on.
func glance[R sheet.Row[R]](t *topic, q *sheet.Quest, before *sheet.Answer[R]) (state network.Surroundings, stamp uint64, same bool, err error) {
	err = t.ask(q.Ctx, func(a answers) {
		state, stamp = a.State(), a.Digest()
	})
	return state, stamp, before != nil && before.Batch.Whole() && before.Stamp == stamp, err
}

// waiting is the answer while kinds are still on their way; nil where all are here.
func waiting[R sheet.Row[R]](q *sheet.Quest, of string, compare func(a, b R) int) *sheet.Answer[R] {
	loading := loadingKinds(q.Snapshot)
	if len(loading) == 0 {
		return nil
	}
	return &sheet.Answer[R]{Batch: sheet.NewBatch[R](nil, of, false, nil, compare), Empty: "loading " + strings.Join(loading, ", ") + ": until all are here nothing is said"}
}

// key tells ends apart.
func key(e network.End) string {
	return e.Ref.Group + "\n" + e.Ref.String() + "\n" + e.Class + "\n" + e.Block.String() + "\n" + e.Name
}

// clean names an end, cleaned.
func clean(e network.End, short bool) string { return text.Clean(endWord(e, short)) }

// most bounds the rows of a list. Where there are more the list says so.
const most = 20000
