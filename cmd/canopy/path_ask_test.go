package main

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"canopy/k8s/labtest"
)

// asking tells whether Canopy is asked about each walk.
func asking() bool { return true }

// hop is a step of a path in JSON, as far as it is looked at.
type hop struct {
	Edge       string   `json:"edge"`
	From       endpoint `json:"from"`
	To         endpoint `json:"to"`
	Confidence string   `json:"confidence"`
	Reason     string   `json:"reason"`
}

type endpoint struct {
	ID   string `json:"id"`
	Type string `json:"type"`
}

// route is the cheapest path of a pair.
type route struct {
	hops  []hop
	found bool
}

// ask asks the command for the path of a pair.
func ask(t *testing.T, lab *labtest.Lab, from, to string) route {
	t.Helper()
	r := runAs(t, lab, labtest.Canopy, "paths", "--from", from, "--to", to, "-o", "json")
	var answer struct {
		Paths []struct {
			From endpoint `json:"from"`
			To   endpoint `json:"to"`
			Hops []hop    `json:"hops"`
		} `json:"paths"`
	}
	err := json.Unmarshal([]byte(r.out), &answer)
	// 0 is a path and 1 none; 3 would be that it cannot be known.
	if err != nil || r.code != map[bool]int{true: 0, false: 1}[len(answer.Paths) > 0] {
		t.Errorf("canopy paths --from %s --to %s: exit status %d, %v: %s%s", from, to, r.code, err, r.out, r.err)
		return route{}
	}
	if len(answer.Paths) == 0 {
		return route{}
	}
	if len(answer.Paths[0].Hops) == 0 || answer.Paths[0].From.ID != from {
		t.Errorf("canopy paths --from %s --to %s: %s", from, to, r.out)
	}
	return route{answer.Paths[0].Hops, true}
}

func (r route) String() string {
	if !r.found {
		return "none"
	}
	var list []string
	for _, h := range r.hops {
		list = append(list, strings.TrimSpace(h.From.ID+" —"+h.Edge+" "+h.Confidence+"→ "+h.To.ID+" "+h.Reason))
	}
	return strings.Join(list, "; ")
}

// doubt is the first confidence of a hop that is not proven; "" where all are.
func (r route) doubt() string {
	for _, h := range r.hops {
		if h.Confidence != "proven" {
			return h.Confidence
		}
	}
	return ""
}

// compare holds what Canopy showed to what the server lets pass: what can be walked is shown, and what is proven can be walked.
func (o *trial) compare(t *testing.T) {
	t.Helper()
	t.Logf("Canopy: %s", o.shown)
	doubt := o.shown.doubt()
	switch {
	case o.near && o.shown.found && (doubt == "" || doubt != o.open):
		t.Errorf("the server refuses it, and Canopy shows %s", o.shown)
	case o.near:
	case o.unshown != "":
		if o.shown.found {
			t.Errorf("Canopy does show it, so the table need not say that %s", o.unshown)
		}
	case !o.begins() || doubt != "" && doubt != o.open:
		t.Errorf("it is walked by %s, and Canopy shows %s", o.hops, o.shown)
	}
}

// begins tells whether the path that is shown begins with the hops of the scheme.
func (o *trial) begins() bool {
	want := strings.Fields(o.hops)
	if len(o.shown.hops) < len(want) {
		return false
	}
	for i, edge := range want {
		if !slices.Contains(strings.Split(edge, "/"), o.shown.hops[i].Edge) {
			return false
		}
	}
	return true
}

// proven lists the edges that begin a path of which all is proven, and that is walked below.
func proven(all []*trial) map[string]bool {
	list := map[string]bool{}
	for _, o := range all {
		if !o.near && o.shown.found && o.shown.doubt() == "" && o.begins() {
			list[o.shown.hops[0].Edge] = true
		}
	}
	return list
}
