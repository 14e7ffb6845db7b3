package node

import (
	"strings"
)

// views gathers what is said of the parts of the control plane, for the verdicts on all of it.
type views struct {
	hitches []hitch
	missing []string
	// releases are those of API servers.
	releases []*release
	// carriers are all parts of which the version is known.
	carriers []carrier
}

// verdicts gives the verdicts on the control plane.
func (v *views) verdicts(r *round, m *moment) []Verdict {
	skew := Verdict{Topic: Skew, Source: policy}
	skew.State, skew.Detail = worstOf(v.hitches)
	missing := v.missing
	switch {
	case !r.servers.known:
		missing = append(missing, "the version of no API server is known")
	case r.servers.hidden:
		missing = append(missing, "no part of the control plane is seen as a pod: only "+r.servers.String()+" is known, as one instance behind the balancer tells")
	}
	if reason := r.unseen(pods); reason != "" {
		missing = append(missing, reason)
	}
	if len(missing) > 0 {
		skew.State = worse(skew.State, NoData)
		if skew.Detail != "" {
			skew.Detail += "; "
		}
		skew.Detail += strings.Join(missing[:min(most, len(missing))], "; ")
	}
	if skew.Detail == "" {
		skew.Detail = "all that is seen may run with API server " + r.servers.String()
	}
	out := []Verdict{skew}
	for _, of := range [...]func(*release) Verdict{
		func(r *release) Verdict { return r.support.Verdict }, func(r *release) Verdict { return r.sold.Verdict }, func(r *release) Verdict { return r.patch.Verdict },
	} {
		var worst Verdict
		for _, rel := range v.releases {
			if one := of(rel); one.State != "" && (worst.State == "" || severity(one.State) > severity(worst.State)) {
				worst = one
			}
		}
		if worst.State != "" {
			out = append(out, worst)
		}
	}
	return append(out, r.gather(m, v.carriers))
}
