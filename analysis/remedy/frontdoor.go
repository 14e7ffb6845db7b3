package remedy

import (
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	"k8s.io/apimachinery/pkg/types"

	"canopy/model"
	"canopy/model/cluster"
	"canopy/model/record"
)

func (s *segments) ingress(ref model.Ref) *record.Typed[*networkingv1.Ingress] {
	in, _ := cluster.Find[*record.Typed[*networkingv1.Ingress]](s.p.c, "Ingress", ref.Namespace, ref.Name)
	return in
}

// encrypt is NW11 on an Ingress: hosts without TLS get it by a Secret of the namespace that another Ingress uses for the
// same name. What a Secret holds is not read, so that nothing else tells that it fits.
func (s *segments) encrypt(f *model.Finding) error {
	in := s.ingress(f.Object)
	if f.Object.Kind != "Ingress" || in == nil {
		s.inWords(f)
		return nil
	}
	found := map[string][]string{}
	var lack []string
	for i := range in.Object.Spec.Rules {
		host := strings.ToLower(in.Object.Spec.Rules[i].Host)
		if host == "" || coveredBy(in.Object.Spec.TLS, host) {
			continue
		}
		if name := s.certificate(in, host); name == "" {
			lack = append(lack, host)
		} else if !slices.Contains(found[name], host) {
			found[name] = append(found[name], host)
		}
	}
	if len(found) == 0 {
		steps := []string{"where cert-manager runs: add spec.tls with the host and a secretName, and the annotation cert-manager.io/cluster-issuer",
			"otherwise: kubectl create secret tls NAME --cert FILE --key FILE --namespace " + quote(f.Object.Namespace) + ", then name it in spec.tls",
			"name a host in each rule; a wildcard or no host takes what belongs to others"}
		reason := "it is known of no Secret in the namespace that it holds a certificate for the host"
		if len(lack) == 0 {
			reason = "which hosts it is for only its author knows"
		}
		s.p.note(f, reason, steps...)
		return nil
	}
	var entries []networkingv1.IngressTLS
	var evidence []string
	names := make([]string, 0, len(found))
	for name := range found {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		entries = append(entries, networkingv1.IngressTLS{Hosts: found[name], SecretName: name})
		evidence = append(evidence, "another Ingress uses Secret "+name+" for "+list(found[name], 8))
	}
	ops := []operation{{Op: "add", Path: "/spec/tls", Value: entries}}
	if old := in.Object.Spec.TLS; len(old) > 0 {
		ops = []operation{{Op: "test", Path: "/spec/tls", Value: old}}
		for _, e := range entries {
			ops = append(ops, operation{Op: "add", Path: "/spec/tls/-", Value: e})
		}
	}
	d, err := s.patch(f.Object, types.JSONPatchType, ops)
	if err != nil {
		return err
	}
	s.add(d, likelySafe, append(evidence, "many controllers send clients on from HTTP to HTTPS from then on"), f)
	if len(lack) > 0 {
		s.p.note(f, "of no Secret in the namespace is it known that it holds a certificate for "+list(lack, 8),
			"kubectl create secret tls NAME --cert FILE --key FILE --namespace "+quote(f.Object.Namespace)+", then name it in spec.tls")
	}
	return nil
}

// certificate names a Secret for a host: one of the right type that another Ingress of the namespace uses for that name.
func (s *segments) certificate(in *record.Typed[*networkingv1.Ingress], host string) string {
	for _, r := range s.p.c.Sorted(model.KindByName("Ingress").GroupKind()) {
		other, ok := r.(*record.Typed[*networkingv1.Ingress])
		if !ok || other.Namespace != in.Namespace {
			continue
		}
		for _, e := range other.Object.Spec.TLS {
			secret, ok := cluster.Find[*record.Secret](s.p.c, "Secret", in.Namespace, e.SecretName)
			if ok && secret.Type == corev1.SecretTypeTLS && len(e.Hosts) > 0 && coveredBy([]networkingv1.IngressTLS{e}, host) {
				return e.SecretName
			}
		}
	}
	return ""
}

// coveredBy tells that entries are for a host: by name, by a wildcard for one label, or all where one names none.
func coveredBy(tls []networkingv1.IngressTLS, host string) bool {
	_, parent, _ := strings.Cut(host, ".")
	return slices.ContainsFunc(tls, func(e networkingv1.IngressTLS) bool {
		return len(e.Hosts) == 0 || slices.ContainsFunc(e.Hosts, func(h string) bool {
			h = strings.ToLower(h)
			return h == host || parent != "" && h == "*."+parent
		})
	})
}

// dropAnnotations is NW12 on an Ingress.
func (s *segments) dropAnnotations(f *model.Finding) error {
	in := s.ingress(f.Object)
	if f.Object.Kind != "Ingress" || in == nil {
		s.inWords(f)
		return nil
	}
	gone := map[string]any{}
	var names []string
	for _, e := range evidenceOf(f) {
		key, ok := strings.CutPrefix(e.Path, "metadata.annotations[")
		if key = strings.TrimSuffix(key, "]"); ok && e.Object == f.Object && in.Annotations.Has(key) {
			gone[key] = nil
			names = append(names, key)
		}
	}
	if len(gone) == 0 {
		s.inWords(f)
		return nil
	}
	d, err := s.patch(f.Object, types.StrategicMergePatchType, partialMeta(f.Object, map[string]any{"annotations": gone}))
	if err != nil {
		return err
	}
	s.add(d, needsEvidence, []string{"what these do for the Ingress ends: " + list(names, 8) + "; look what they hold: kubectl get " + target(f.Object) + " -o yaml",
		"much of what snippets do has an annotation or a setting of its own, or belongs into the application"}, f)
	return nil
}

// partialMeta is partial with metadata beside the name.
func partialMeta(ref model.Ref, fields map[string]any) map[string]any {
	obj := partial(ref, nil)
	meta := obj["metadata"].(map[string]any)
	for k, v := range fields {
		meta[k] = v
	}
	return obj
}
