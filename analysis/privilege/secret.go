package privilege

import (
	certificatesv1 "k8s.io/api/certificates/v1"
	corev1 "k8s.io/api/core/v1"

	"canopy/model"
	"canopy/model/record"
)

// The labels and annotations of token Secrets (pkg/serviceaccount and pkg/controller/serviceaccount).
const (
	lastUsedLabel     = "kubernetes.io/legacy-token-last-used"
	invalidSinceLabel = "kubernetes.io/legacy-token-invalid-since"
)

// judgeOther brings the finding on a Secret or a request for a certificate up to date.
func (r *round) judgeOther(ref model.Ref) {
	var list []*model.Finding
	if f := r.credential(ref); f != nil {
		list = append(list, f)
	}
	r.stand(ref, list)
}

// credential finds what outlives those who made it: tokens of service accounts and of nodes that are to join, and
// certificates of persons, which nobody can take back before they expire.
func (r *round) credential(ref model.Ref) *model.Finding {
	switch t := r.c.Get(ref).(type) {
	case *record.Secret:
		switch t.Type {
		case corev1.SecretTypeServiceAccountToken:
			return r.token(t)
		case corev1.SecretTypeBootstrapToken:
			if ref.Namespace == "kube-system" {
				return r.fault("LP27", &t.Meta, model.Evidence{Object: ref, Path: "type", Value: string(t.Type)})
			}
		}
	case *record.Typed[*certificatesv1.CertificateSigningRequest]:
		if t.Object.Spec.SignerName == certificatesv1.KubeAPIServerClientSignerName && len(t.Object.Status.Certificate) > 0 {
			return r.fault("LP27", &t.Meta,
				model.Evidence{Object: ref, Path: "spec.signerName", Value: t.Object.Spec.SignerName},
				model.Evidence{Object: ref, Path: "spec.username", Value: brief(t.Object.Spec.Username)})
		}
	}
	return nil
}

// token judges a token Secret. One that the server has marked invalid opens nothing any more.
func (r *round) token(s *record.Secret) *model.Finding {
	if s.Labels.Has(invalidSinceLabel) {
		return nil
	}
	list := []model.Evidence{{Object: s.Ref(), Path: "type", Value: string(s.Type)}}
	if used, ok := s.Labels.Lookup(lastUsedLabel); ok {
		list = append(list, model.Evidence{Object: s.Ref(), Path: "metadata.labels[" + lastUsedLabel + "]", Value: brief(used)})
	}
	return r.fault("LP23", &s.Meta, list...)
}

// fault makes a finding on an object by itself.
func (r *round) fault(id string, m *record.Meta, list ...model.Evidence) *model.Finding {
	rule := r.rules[id]
	if rule == nil {
		return nil
	}
	ref := m.Ref()
	return &model.Finding{ID: model.FindingID(rule.ID, ref), Rule: rule, Severity: rule.Severity, Object: ref, Since: m.Since(), Verdict: model.Yes, Proof: &evidence{list}}
}
