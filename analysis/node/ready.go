package node

import (
	"strings"

	corev1 "k8s.io/api/core/v1"
)

// idle is how long a node is out of use.
type idle struct {
	Verdict
	// long says that it is so for longer than it may, by the line of evidence; unsure that since when is not told.
	long, unsure []clue
	since        int64
}

// clue is a field of a node that shows something.
type clue struct{ path, value string }

// judgeReady says whether a node is ready and takes pods, and since when not.
func (a *Analyser) judgeReady(m *moment, f *facts) idle {
	i := idle{Verdict: Verdict{Topic: Ready, State: OK, Detail: "ready, and takes pods"}}
	i.lets(f)
	says := ""
	out := func(what string, c clue, since int64, told string) {
		i.State = worse(i.State, Due)
		if says != "" {
			says += "; "
		}
		says += what + told
		switch {
		case since == 0, !m.past(since):
			i.unsure = append(i.unsure, c)
		case m.past(since + a.idle):
			i.State = Overdue
			i.long = append(i.long, c)
			if i.since == 0 || since < i.since {
				i.since = since
			}
		}
	}
	switch f.ready {
	case corev1.ConditionTrue:
	case "":
		i.State, i.Detail = NoData, "the node says nothing of its condition"
	default:
		what := "not ready"
		if f.ready == corev1.ConditionUnknown {
			what = "not heard of"
		}
		c := clue{"status.conditions[Ready]", string(f.ready)}
		if f.readySince == 0 {
			out(what, c, 0, ", since when is not told")
			break
		}
		if !m.past(f.readySince) {
			out(what, c, f.readySince, ", since when is not known: the node tells "+dated(f.readySince)+", which is to come, so that clocks differ")
			break
		}
		c.value += " since " + dated(f.readySince)
		out(what, c, f.readySince, " since "+dated(f.readySince))
	}
	if f.cordoned {
		c := clue{"spec.unschedulable", "true"}
		switch {
		case !m.past(f.cordonedSince):
			out("cordoned", c, f.cordonedSince, ", since when is not known: "+dated(f.cordonedSince)+" stands there, which is to come, so that clocks differ")
		case f.cordonedSince == 0:
			out("cordoned", c, 0, ", since when is not told")
		case f.exact:
			c.value += " since " + dated(f.cordonedSince)
			out("cordoned", c, f.cordonedSince, " since "+dated(f.cordonedSince))
		default:
			// Its spec was last written then, so the cordon is not younger.
			c.value += ", written " + dated(f.cordonedSince) + " at the latest"
			out("cordoned", c, f.cordonedSince, " since "+dated(f.cordonedSince)+" or before")
		}
	}
	if f.pressed != "" {
		i.State = worse(i.State, Due)
		says = strings.TrimPrefix(says+"; "+f.pressed, "; ")
	}
	if says != "" {
		i.Detail = says
	}
	return i
}

// lets says whether a node that is ready takes pods.
func (i *idle) lets(f *facts) {
	switch {
	case f.repels == "":
	case strings.HasPrefix(f.repels, corev1.TaintNodeOutOfService+":"):
		i.State, i.Detail = Due, "ready, and is given up: taint "+f.repels
	default:
		i.Detail = "ready; taint " + f.repels + " keeps pods away that do not tolerate it"
	}
}

// severity orders states: nothing known is worse than good, and better than what is known to be bad.
func severity(s State) int {
	switch s {
	case Overdue:
		return 3
	case Due:
		return 2
	case NoData:
		return 1
	}
	return 0
}

// worse is the worse of two states.
func worse(a, b State) State {
	if severity(b) > severity(a) {
		return b
	}
	return a
}
