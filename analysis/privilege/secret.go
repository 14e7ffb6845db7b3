package privilege

import (
	certificatesv1 "k8s.io/api/certificates/v1"
	corev1 "k8s.io/api/core/v1"

	"canopy/model"
	"canopy/model/cluster"
	"canopy/model/record"
)

// The labels and annotations of token Secrets (pkg/serviceaccount and pkg/controller/serviceaccount).
const (
	lastUsedLabel     = "kubernetes.io/legacy-token-last-used"
	invalidSinceLabel = "kubernetes.io/legacy-token-invalid-since"
)

// judgeSecret finds credentials that outlive those who made them: tokens of service accounts, and of nodes that are to join.
func (a *Analyser) judgeSecret(c *cluster.Cluster, ref model.Ref) {
	var f *model.Finding
	if s, ok := c.Get(ref).(*record.Secret); ok {
		switch s.Type {
		case corev1.SecretTypeServiceAccountToken:
			f = a.token(s)
		case corev1.SecretTypeBootstrapToken:
			if ref.Namespace == "kube-system" {
				f = a.fault("LP27", &s.Meta, model.Evidence{Object: ref, Path: "type", Value: string(s.Type)})
			}
		}
	}
	a.stand(ref, f)
}

// token judges a token Secret. One that the server has marked invalid opens nothing any more.
func (a *Analyser) token(s *record.Secret) *model.Finding {
	if s.Labels.Has(invalidSinceLabel) {
		return nil
	}
	list := []model.Evidence{{Object: s.Ref(), Path: "type", Value: string(s.Type)}}
	if used, ok := s.Labels.Lookup(lastUsedLabel); ok {
		list = append(list, model.Evidence{Object: s.Ref(), Path: "metadata.labels[" + lastUsedLabel + "]", Value: brief(used)})
	}
	return a.fault("LP23", &s.Meta, list...)
}

// judgeRequest finds a person's certificate for the API server: nobody can take it back before it expires.
func (a *Analyser) judgeRequest(c *cluster.Cluster, ref model.Ref) {
	var f *model.Finding
	if r, ok := c.Get(ref).(*record.Typed[*certificatesv1.CertificateSigningRequest]); ok {
		if r.Object.Spec.SignerName == certificatesv1.KubeAPIServerClientSignerName && len(r.Object.Status.Certificate) > 0 {
			f = a.fault("LP27", &r.Meta,
				model.Evidence{Object: ref, Path: "spec.signerName", Value: r.Object.Spec.SignerName},
				model.Evidence{Object: ref, Path: "spec.username", Value: brief(r.Object.Spec.Username)})
		}
	}
	a.stand(ref, f)
}

// fault makes a finding on an object by itself.
func (a *Analyser) fault(id string, m *record.Meta, list ...model.Evidence) *model.Finding {
	rule := a.rule(id)
	if rule == nil {
		return nil
	}
	ref := m.Ref()
	return &model.Finding{ID: model.FindingID(rule.ID, ref), Rule: rule, Severity: rule.Severity, Object: ref, Since: m.Since(), Verdict: model.Yes, Proof: &evidence{list}}
}

// stand publishes the one finding that an object has, or has no more.
func (a *Analyser) stand(ref model.Ref, f *model.Finding) {
	var now []*model.Finding
	if f != nil {
		now = []*model.Finding{f}
	}
	now = a.replace(a.faults[ref], now)
	if len(now) == 0 {
		delete(a.faults, ref)
		return
	}
	a.faults[ref] = now
}
