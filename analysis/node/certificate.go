package node

import (
	"encoding/pem"
	"slices"
	"strings"

	certificatesv1 "k8s.io/api/certificates/v1"

	"canopy/model/cluster"
	"canopy/model/record"
)

// certificate is one that was signed for a kubelet. Requests are kept for an hour after they were signed.
type certificate struct {
	request, node string
	serving       bool
	from, to      int64
}

// certificateMost bounds what is read of a signed certificate, in bytes; certificateDue is how long before its end one should have been
// renewed, in seconds. nameMost is how long the name of a node can be.
const (
	certificateMost = 64 << 10
	nameMost        = 253
	certificateDue  = 30 * day
	userPrefix      = "system:node:"
)

// certificateOf reads a request that was granted to a kubelet; false where it is another's.
func certificateOf(r *record.Typed[*certificatesv1.CertificateSigningRequest]) (certificate, bool) {
	spec := &r.Object.Spec
	c := certificate{serving: spec.SignerName == certificatesv1.KubeletServingSignerName}
	if !c.serving && spec.SignerName != certificatesv1.KubeAPIServerClientKubeletSignerName {
		return c, false
	}
	data := r.Object.Status.Certificate
	if len(data) == 0 || len(data) > certificateMost {
		return c, false
	}
	block, _ := pem.Decode(data)
	if block == nil {
		return c, false
	}
	user, from, to, ok := readSigned(block.Bytes)
	// The name in the certificate is what was granted: a first one is asked for by a bootstrap token.
	name, granted := strings.CutPrefix(user, userPrefix)
	if !ok || !granted || name == "" || len(name) > nameMost {
		return c, false
	}
	c.request, c.node, c.from, c.to = r.Name, name, from, to
	return c, true
}

// updateRequest takes a CertificateSigningRequest.
func (a *Analyser) updateRequest(d cluster.Delta) {
	if old, ok := a.requests[d.Ref.Name]; ok {
		delete(a.requests, d.Ref.Name)
		a.certificates[old] = slices.DeleteFunc(a.certificates[old], func(c certificate) bool { return c.request == d.Ref.Name })
		if len(a.certificates[old]) == 0 {
			delete(a.certificates, old)
		}
		a.touch(old)
	}
	_, now := cluster.Cast[*record.Typed[*certificatesv1.CertificateSigningRequest]](d)
	if now == nil {
		return
	}
	if c, ok := certificateOf(now); ok {
		a.requests[d.Ref.Name] = c.node
		a.certificates[c.node] = append(a.certificates[c.node], c)
		a.touch(c.node)
	}
}

// judgeCertificate says until when the certificates of a kubelet are good, as far as its requests are still there.
func (r *round) judgeCertificate(m *moment, name string) Verdict {
	v := Verdict{Topic: Certificate, State: NoData}
	var newest [2]certificate
	for _, c := range r.certificates[name] {
		at := &newest[0]
		if c.serving {
			at = &newest[1]
		}
		if c.to > at.to || c.to == at.to && c.from > at.from {
			*at = c
		}
	}
	var says []string
	for i, what := range [...]string{"client", "serving"} {
		c := newest[i]
		if c.to == 0 {
			continue
		}
		state := OK
		switch {
		case m.past(c.to):
			state = Overdue
			says = append(says, what+" certificate ended on "+dated(c.to))
		case m.past(c.to - min(certificateDue, (c.to-c.from)/10)):
			state = Due
			says = append(says, what+" certificate ends on "+dated(c.to))
		default:
			says = append(says, what+" certificate good until "+dated(c.to))
		}
		if v.State == NoData {
			v.State = state
		}
		v.State = worse(v.State, state)
	}
	if len(says) > 0 {
		v.Detail, v.Source = strings.Join(says, "; "), "its CertificateSigningRequests"
		return v
	}
	v.Detail = "nothing tells it: requests of certificates, by which it would show, are kept for an hour"
	if reason := r.unseen(requests); reason != "" {
		v.Detail = "not known: " + reason
	}
	return v
}
