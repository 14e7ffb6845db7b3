package segmentation

import (
	"strconv"
	"strings"

	"canopy/model"
	"canopy/model/record"
)

// plainGateway judges the listeners of a Gateway, and a Route of OpenShift.
func (r *round) plainGateway(t *record.Custom) *model.Finding {
	switch {
	case t.Kind.Group == model.GroupRoute && t.Kind.Kind == "Route":
		return r.plainRoute(t)
	case t.Kind.Group != model.GroupGateway || t.Kind.Kind != "Gateway":
		return nil
	}
	ref := t.Ref()
	spec, _ := t.Body["spec"].(map[string]any)
	listeners, _ := spec["listeners"].([]any)
	safe := map[string]bool{}
	for _, item := range listeners {
		if protocol, host := listener(item); protocol == "HTTPS" || protocol == "TLS" {
			safe[host] = true
		}
	}
	severity := model.Low
	var l []model.Evidence
	for i, item := range listeners {
		protocol, host := listener(item)
		at := index("spec.listeners", i)
		plain := protocol == "HTTP" && !safe[host] && !safe[""]
		if plain {
			severity = model.Medium
			l = append(l, model.Evidence{Object: ref, Path: at + ".protocol", Value: protocol})
		}
		// The routes say for which hosts they are; that is a risk only where every namespace may attach some.
		if anyRoute(item) && (plain || safe[host]) && (host == "" || strings.HasPrefix(host, "*")) {
			l = append(l, model.Evidence{Object: ref, Path: at + ".allowedRoutes.namespaces.from", Value: "All"})
		}
	}
	if len(l) == 0 {
		return nil
	}
	return r.finding("NW11", severity, ref, lines(l...))
}

func listener(item any) (protocol, host string) {
	m, _ := item.(map[string]any)
	protocol, _ = m["protocol"].(string)
	host, _ = m["hostname"].(string)
	return brief(protocol), strings.ToLower(host)
}

// anyRoute tells that routes of every namespace may attach to a listener.
func anyRoute(item any) bool {
	m, _ := item.(map[string]any)
	allowed, _ := m["allowedRoutes"].(map[string]any)
	where, _ := allowed["namespaces"].(map[string]any)
	from, _ := where["from"].(string)
	return from == "All"
}

// plainRoute judges a Route of OpenShift: without tls it is reached by HTTP, and with a policy of Allow as well.
func (r *round) plainRoute(t *record.Custom) *model.Finding {
	ref := t.Ref()
	spec, _ := t.Body["spec"].(map[string]any)
	tls, _ := spec["tls"].(map[string]any)
	policy, _ := tls["insecureEdgeTerminationPolicy"].(string)
	var l []model.Evidence
	severity := model.Low
	switch {
	case tls == nil:
		severity, l = model.Medium, append(l, model.Evidence{Object: ref, Path: "spec.tls"})
	case policy == "Allow":
		severity, l = model.Medium, append(l, model.Evidence{Object: ref, Path: "spec.tls.insecureEdgeTerminationPolicy", Value: policy})
	}
	if wildcard, _ := spec["wildcardPolicy"].(string); wildcard == "Subdomain" {
		l = append(l, model.Evidence{Object: ref, Path: "spec.wildcardPolicy", Value: wildcard})
	}
	if len(l) == 0 {
		return nil
	}
	return r.finding("NW11", severity, ref, lines(l...))
}

func itoa(n int32) string { return strconv.Itoa(int(n)) }
