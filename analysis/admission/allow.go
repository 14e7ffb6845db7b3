package admission

import (
	"fmt"
	"strings"

	corev1 "k8s.io/api/core/v1"

	"canopy/analysis/image/reference"
	"canopy/analysis/workload"
	"canopy/model"
	"canopy/model/cluster"
)

// allowed is the policy of IM03: images come from the registries and repositories of a list, and from nowhere else.
func (m *maker) allowed(rule *model.Rule, s *scope) {
	if m.allow.IsZero() {
		m.not(rule, "A finding does not tell which registries are allowed: name them with --registry-allow, or in the settings, when the guard is made")
		return
	}
	b := podPolicy(rule, allowedRule(m.allow, m.places), nameFor(rule, digest(m.places...)), s.namespaces)
	b.evidence = append(b.evidence, "It lets in images of "+strings.Join(m.places, ", ")+"; a longer list makes a policy of its own, beside which this one still refuses")
	m.add(b, s)
}

func allowedRule(allow reference.Allow, places []string) podRule {
	r := images(func(i, _ string) string {
		return allOf(readable(i), "!"+repository(i)+".exists(n, "+within("n", places...)+")")
	}, "has an image from a registry that is not allowed")
	r.breaks = func(_ *cluster.Cluster, _ model.Record, t *corev1.PodTemplateSpec) bool {
		return len(workload.JudgeAllowed(t, allow)) > 0
	}
	return r
}

// placesOf writes the entries of an allow list as within takes them. The list has been read already, so that they make sense.
func placesOf(entries []string) []string {
	var places []string
	for _, e := range entries {
		e = strings.TrimSuffix(strings.TrimSpace(e), "*")
		host, rest, _ := strings.Cut(e, "/")
		host = strings.ToLower(host)
		if host == "index.docker.io" {
			host = "docker.io"
		}
		switch {
		case rest != "":
			places = append(places, host+"/"+rest)
		default:
			places = append(places, host)
		}
	}
	return unique(places)
}

// readAllow reads an allow list.
func readAllow(entries []string) (reference.Allow, []string, error) {
	allow, err := reference.ParseAllow(entries)
	if err != nil {
		return reference.Allow{}, nil, fmt.Errorf("guard: %w", err)
	}
	return allow, placesOf(entries), nil
}
