package node

import (
	"strings"
	"time"

	corev1 "k8s.io/api/core/v1"
)

// rebootPatience is how long a reboot may wait before it counts as forgotten, in seconds.
const rebootPatience = 7 * day

// waiting is what is known of a reboot that is asked for.
type waiting struct {
	Verdict
	// key is the annotation that asks for it, "" where none does; value is what stands there.
	key, value string
}

// judgeReboot says whether a reboot waits. kured writes both of its annotations at the moment at which it finds that one is wanted, before it
// waits for its turn and drains the node; it takes back the one that tells of progress once none is wanted any more, and never the other.
// A kernel behind others under the same system hints at one too. A boot that was seen is told, but decides nothing: who looks at the
// cluster for the first time does not know of it.
func judgeReboot(m *moment, f *facts, booted int64, d *drift) waiting {
	w := waiting{Verdict: Verdict{Topic: Reboot, State: NoData}}
	asked := parsed(f.rebooting)
	switch {
	case f.rebooting != "":
		w.key, w.value, w.State = rebootProgress, f.rebooting, Due
		w.Detail = "a reboot is asked for" + since(asked) + ", or under way"
		if asked != 0 && m.past(asked+rebootPatience) {
			w.State = Overdue
		}
		if asked != 0 && booted > asked {
			w.Detail += bootedOn + dated(booted)
		}
	case d.behind[ofKernel] != "" && d.behind[ofSystem] == "":
		w.State, w.Detail = Due, "a newer kernel runs on others of its pool under the same system, so a reboot may wait: inferred"
		if f.needed != "" {
			w.Detail += "; " + lastAsked(f, booted)
		}
	case f.needed != "":
		w.State, w.Detail = OK, "none is asked for; "+lastAsked(f, booted)
	default:
		w.Detail = "nothing tells whether a reboot waits"
	}
	if f.readySince != 0 && f.ready == corev1.ConditionTrue {
		w.Detail += "; up since " + dated(f.readySince) + " at the latest, as it has been ready since: inferred"
	}
	if f.created != 0 {
		w.Detail += "; joined on " + dated(f.created)
	}
	return w
}

// bootedOn begins what is said of a boot that was seen.
const bootedOn = "; the node was seen to boot since, on "

// lastAsked says when kured has last asked for a reboot.
func lastAsked(f *facts, booted int64) string {
	last := parsed(f.needed)
	switch {
	case last == 0:
		return "when it was last asked for cannot be read"
	case booted > last:
		return "last asked for on " + dated(last) + bootedOn + dated(booted)
	}
	return "last asked for on " + dated(last)
}

func since(at int64) string {
	if at == 0 {
		return ""
	}
	return " since " + dated(at)
}

// parsed reads a time as the API writes it, in seconds since 1970; 0 where it is none.
func parsed(text string) int64 {
	if text == "" {
		return 0
	}
	at, err := time.Parse(time.RFC3339, strings.TrimSpace(text))
	if err != nil {
		return 0
	}
	return seconds(at)
}

// seconds gives a moment in seconds since 1970; 0 for none.
func seconds(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.Unix()
}
