package node

import (
	"strconv"

	"canopy/analysis/lifecycle"
)

// policy is where the rules of skew are written down: https://kubernetes.io/releases/version-skew-policy/
const policy = "Kubernetes version skew policy"

// servers are the API servers as the policy asks of them: the oldest and the newest. It is comparable.
type servers struct {
	low, high minor
	known     bool
	// hidden tells that none is seen as a pod, so that others may be behind the one that answers.
	hidden bool
}

// minor is a minor version, in the order in which they came out.
type minor int

// majors keeps minors of two majors so far apart that no rule lets them run together.
const majors = 1_000_000

func minorOf(v lifecycle.Version) minor { return minor(v.Major*majors + v.Minor) }

// String is 1.33.
func (m minor) String() string {
	return strconv.Itoa(int(m/majors)) + "." + strconv.Itoa(int(m%majors))
}

// wide is the first minor of a kubelet and of kube-proxy that may be three minors older, and not two.
const wide = minor(majors + 25)

// reach is how many minors a kubelet or kube-proxy may be older.
func reach(m minor) minor {
	if m < wide {
		return 2
	}
	return 3
}

// hitch is what is wrong with two versions side by side.
type hitch struct {
	// broken tells that they may not run together; else it keeps the control plane from its next minor.
	broken bool
	says   string
}

// skewOf judges a kubelet or kube-proxy against all API servers: it is newer than none, and not too much older than any.
func (s servers) skewOf(component string, m minor) []hitch {
	var l []hitch
	name := component + " " + m.String()
	if m > s.low {
		l = append(l, hitch{true, name + " is newer than API server " + s.low.String()})
	}
	switch behind := s.high - m; {
	case behind > reach(m):
		l = append(l, hitch{true, name + " is " + older(behind) + " than API server " + s.high.String() + ", and may be " + reach(m).count()})
	case behind == reach(m):
		l = append(l, hitch{false, name + " is " + older(behind) + " than API server " + s.high.String() + ", as much as may be: it blocks the next upgrade of the control plane"})
	}
	return l
}

// besides judges kube-proxy against the kubelet beside which it runs.
func besides(proxy, kubelet minor) []hitch {
	apart := proxy - kubelet
	how := "newer"
	if apart < 0 {
		apart, how = -apart, "older"
	}
	if apart <= reach(proxy) {
		return nil
	}
	return []hitch{{true, "kube-proxy " + proxy.String() + " is " + apart.minors() + " " + how + " than its kubelet " + kubelet.String() + ", and may be " + reach(proxy).count()}}
}

// within judges a component that speaks with the API servers alone: it is newer than none and at most one minor older than any.
func (s servers) within(component string, m minor) []hitch {
	var l []hitch
	name := component + " " + m.String()
	if m > s.low {
		l = append(l, hitch{true, name + " is newer than API server " + s.low.String()})
	}
	if behind := s.high - m; behind > 1 {
		l = append(l, hitch{true, name + " is " + older(behind) + " than API server " + s.high.String() + ", and may be 1"})
	}
	return l
}

// apart judges API servers among each other.
func (s servers) apart() []hitch {
	if s.high-s.low <= 1 {
		return nil
	}
	return []hitch{{true, "API servers " + s.low.String() + " and " + s.high.String() + " are " + (s.high - s.low).minors() + " apart, and may be 1"}}
}

// add takes one more API server.
func (s servers) add(m minor) servers {
	if !s.known {
		return servers{m, m, true, s.hidden}
	}
	return servers{min(s.low, m), max(s.high, m), true, s.hidden}
}

// String is 1.37, or 1.36 and 1.37.
func (s servers) String() string {
	if s.low == s.high {
		return s.low.String()
	}
	return s.low.String() + " to " + s.high.String()
}

func (m minor) count() string { return strconv.Itoa(int(m)) }

func (m minor) minors() string {
	if m > majors/2 {
		return "whole major versions"
	}
	return plural(int(m), "minor", "minors")
}

func older(behind minor) string { return behind.minors() + " older" }

// worstOf gives the state that hitches make, and what they say.
func worstOf(l []hitch) (State, string) {
	state, text := OK, ""
	for _, h := range l {
		if text != "" {
			text += "; "
		}
		text += h.says
		switch {
		case h.broken:
			state = Overdue
		case state == OK:
			state = Due
		}
	}
	return state, text
}
