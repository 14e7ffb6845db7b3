package node

import (
	"canopy/analysis/lifecycle"
)

// build is a version of a component, as it was told, with the product that a provider makes of it.
// Vulnerabilities of other systems than that on which it runs do not count.
type build struct {
	component, raw, provider, system string
}

// release is what is known of a build; all components of it share it.
type release struct {
	version lifecycle.Version
	plain   bool
	// support is that of Kubernetes itself, sold that of the provider; sold has no state where there is none.
	support, sold line
	patch         lag
	weak          weakness
}

// release gives what is known of a build.
func (a *Analyser) release(m *moment, b build) *release {
	return a.releases.get(m, b, func(m *moment) *release {
		r := &release{}
		if r.version, r.plain = lifecycle.ParseVersion(b.raw); !r.plain {
			detail := "the version is not told"
			if b.raw != "" {
				detail = "this is no version of Kubernetes: " + brief(b.raw)
			}
			r.support.Verdict = Verdict{Topic: Support, State: NoData, Detail: detail}
			r.patch.Verdict = Verdict{Topic: Patch, State: NoData, Detail: detail}
			r.weak.Verdict = Verdict{Topic: CVE, State: NoData, Detail: detail}
			if b.provider != "" {
				r.sold.Verdict = Verdict{Topic: Provider, State: NoData, Detail: detail}
			}
			return r
		}
		v := r.version
		r.support = judgeLine(m, Support, "Kubernetes "+v.Line(), a.tables.Cycles(lifecycle.Kubernetes, v.Line()))
		r.sold = a.judgeProvider(m, b.provider, v)
		r.patch = a.judgePatch(m, b.provider, v)
		r.weak = a.judgeWeakness(m, &b, v)
		return r
	})
}

// grave says how a build stands against rule VP04.
type grave uint8

const (
	fine grave = iota
	// behind has patches missing, or support that costs extra; past is after all support.
	behind
	past
)

// standing says whether support of a build has ended: where a provider supports it for longer, its dates count.
func (r *release) standing() (g grave, why []string) {
	if r.support.phase == ended {
		switch r.sold.phase {
		case unknown, ended:
			g, why = past, append(why, r.support.Detail)
		case extended:
			g, why = behind, append(why, r.support.Detail)
		}
		if r.sold.State != "" && g > fine {
			why = append(why, r.sold.Detail)
		}
	}
	if r.patch.State == Overdue {
		g, why = max(g, behind), append(why, r.patch.Detail)
	}
	return g, why
}
