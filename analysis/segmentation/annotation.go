package segmentation

import (
	"strings"

	networkingv1 "k8s.io/api/networking/v1"

	"canopy/model"
	"canopy/model/record"
)

const (
	proxyDomain     = "nginx.ingress.kubernetes.io/"
	proxyController = "k8s.io/ingress-nginx"
)

// annotated tells that an Ingress has annotations for ingress-nginx.
func annotated(in *record.Typed[*networkingv1.Ingress]) bool {
	for k := range in.Annotations.All() {
		if strings.HasPrefix(k, proxyDomain) {
			return true
		}
	}
	return false
}

// risky knows the annotations that the controller's own documentation calls a high risk
// (docs/user-guide/nginx-configuration/annotations-risk.md): what they say goes into the configuration.
func risky(name string) bool {
	switch name {
	case "auth-url", "auth-tls-match-cn", "auth-tls-error-page", "mirror-target", "mirror-host", "server-alias", "upstream-hash-by", "proxy-ssl-name":
		return true
	}
	return false
}

// annotations judges what an Ingress has ingress-nginx do. What a snippet says is not kept, and not needed.
func (r *round) annotations(in *record.Typed[*networkingv1.Ingress]) *model.Finding {
	if _, controller := r.classOf(in); controller != "" && controller != proxyController {
		return nil
	}
	worst, runs := r.worstProxy()
	var l []model.Evidence
	severity, snippet, certain := model.Info, false, false
	for k, v := range in.Annotations.All() {
		name, ok := strings.CutPrefix(k, proxyDomain)
		if !ok {
			continue
		}
		var grade model.Severity
		switch {
		case strings.HasSuffix(name, "-snippet"):
			grade, snippet = model.Critical, true
			v = record.Present
		case risky(name) && worst.broken():
			grade, certain = model.High, true
		case risky(name):
			grade = model.Low
		default:
			continue
		}
		severity = max(severity, grade)
		l = append(l, model.Evidence{Object: in.Ref(), Path: "metadata.annotations[" + k + "]", Value: brief(v)})
	}
	if len(l) == 0 {
		return nil
	}
	f := r.finding("NW12", severity, in.Ref(), lines(l...))
	switch {
	case snippet && worst.obeys():
	case snippet && !runs:
		doubt(f, model.Depends, "no controller that obeys snippets was seen")
	case snippet:
		doubt(f, model.Depends, "whether the controller obeys snippets is set where it is not read")
	case !runs && !certain:
		doubt(f, model.Depends, "no ingress-nginx was seen")
	}
	return f
}
