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

// judgeReboot says whether a reboot waits. Annotations of kured tell so; a kernel behind others under the same system hints at it.
func judgeReboot(m *moment, f *facts, d *drift) waiting {
	w := waiting{Verdict: Verdict{Topic: Reboot, State: NoData}}
	needed, rebooting := parsed(f.needed), parsed(f.rebooting)
	switch {
	case f.rebooting != "":
		w.key, w.value, w.State = rebootProgress, f.rebooting, Due
		w.Detail = "a reboot is under way" + since(rebooting)
		if rebooting != 0 && m.past(rebooting+rebootPatience) {
			w.State = Overdue
		}
	case needed != 0 && f.ready == corev1.ConditionTrue && f.readySince > needed:
		w.State, w.Detail = OK, "one was asked for on "+dated(needed)+"; the node came back on "+dated(f.readySince)
	case f.needed != "":
		w.key, w.value, w.State = rebootNeeded, f.needed, Due
		w.Detail = "a reboot waits" + since(needed)
		if needed != 0 && f.ready == corev1.ConditionTrue && f.readySince != 0 {
			w.Detail += "; the node was not away since then"
		}
		if needed != 0 && m.past(needed+rebootPatience) {
			w.State = Overdue
		}
	case d.behind[ofKernel] != "" && d.behind[ofSystem] == "":
		w.State, w.Detail = Due, "a newer kernel runs on others of its pool under the same system, so a reboot may wait: inferred"
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

func since(at int64) string {
	if at == 0 {
		return ""
	}
	return " since " + dated(at)
}

// parsed reads a time as the API writes it, in seconds since 1970; 0 where it is none.
func parsed(text string) int64 {
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
