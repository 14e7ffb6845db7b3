package secret

import (
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"

	admissionv1 "k8s.io/api/admissionregistration/v1"

	"canopy/analysis"
	"canopy/model"
	"canopy/model/record"
)

// serverPath stands for the certificate that the API server shows when it is connected to.
const serverPath = "server certificate"

// bundle is what an object holds of certificates, with the moment at which that is to be looked at again.
type bundle struct {
	alarm analysis.Alarm[sleeper]
	ref   model.Ref
	list  []Certificate
}

// bundle takes the certificates of an object.
func (a *Analyser) bundle(ref model.Ref, list []Certificate) {
	b := a.bundles[ref]
	if len(list) == 0 {
		if b == nil {
			return
		}
		a.alarms.Set(&b.alarm, 0)
		delete(a.bundles, ref)
	} else {
		if b == nil {
			b = &bundle{ref: ref}
			b.alarm.Of = b
			a.bundles[ref] = b
		}
		b.list = list
	}
	a.dirty.bundles[ref] = struct{}{}
}

// certificates lists the ends of the CA bundles by which the API server knows what it calls; false for kinds that have none.
func certificates(r model.Record) ([]Certificate, bool) {
	var l []Certificate
	switch t := r.(type) {
	case *record.Typed[*admissionv1.ValidatingWebhookConfiguration]:
		for i := range t.Object.Webhooks {
			l = authority(l, t.Ref(), index("webhooks", i)+".clientConfig.caBundle", t.Object.Webhooks[i].ClientConfig.CABundle)
		}
	case *record.Typed[*admissionv1.MutatingWebhookConfiguration]:
		for i := range t.Object.Webhooks {
			l = authority(l, t.Ref(), index("webhooks", i)+".clientConfig.caBundle", t.Object.Webhooks[i].ClientConfig.CABundle)
		}
	case *record.Custom:
		var path, value string
		switch t.Kind.Group + "/" + t.Kind.Kind {
		case "apiregistration.k8s.io/APIService":
			path, value = "spec.caBundle", text(t.Body, "spec", "caBundle")
		case "apiextensions.k8s.io/CustomResourceDefinition":
			path, value = "spec.conversion.webhook.clientConfig.caBundle", text(t.Body, "spec", "conversion", "webhook", "clientConfig", "caBundle")
		default:
			return nil, false
		}
		if data, err := base64.StdEncoding.DecodeString(value); err == nil {
			l = authority(l, t.Ref(), path, data)
		}
	default:
		return nil, false
	}
	return l, true
}

// authority adds the certificate of a bundle that ends last: as long as one is good, what it has signed is taken. What is no
// certificate is another matter.
func authority(l []Certificate, object model.Ref, path string, data []byte) []Certificate {
	var last Certificate
	for len(data) > 0 {
		var block *pem.Block
		if block, data = pem.Decode(data); block == nil {
			break
		}
		if block.Type != "CERTIFICATE" {
			continue
		}
		cert, err := x509.ParseCertificate(block.Bytes)
		if err != nil || cert.NotAfter.Unix() <= last.Until {
			continue
		}
		last = Certificate{Object: object, Path: path, Subject: brief(cert.Subject.String()), Until: cert.NotAfter.Unix()}
	}
	if last.Until == 0 {
		return l
	}
	return append(l, last)
}

// judgeBundle tells of certificates that end soon, or have ended.
func (r *round) judgeBundle(ref model.Ref) {
	b := r.bundles[ref]
	if b == nil {
		r.stand(ref, asBundle)
		return
	}
	var lines []model.Evidence
	severity, due := model.Medium, int64(0)
	for i := range b.list {
		s, next, value := r.ending(b.list[i].Until)
		due = first(due, next)
		if value == "" {
			continue
		}
		severity = max(severity, s)
		if b.list[i].Subject != "" {
			value = brief(b.list[i].Subject) + ": " + value
		}
		lines = append(lines, model.Evidence{Object: ref, Path: b.list[i].Path, Value: value})
	}
	r.alarms.Set(&b.alarm, due)
	r.stand(ref, asBundle, r.finding("SE08", severity, ref, lines))
}

// ending says of the end of a certificate what there is to say by now, "" for nothing, and when there is more.
func (r *round) ending(until int64) (severity model.Severity, next int64, value string) {
	switch soon := until - r.expiry; {
	case until == 0:
		return model.Info, 0, ""
	case r.now >= until:
		return model.High, 0, "ended " + moment(until)
	case r.now >= soon:
		return model.Medium, until, "ends " + moment(until)
	default:
		return model.Info, soon, ""
	}
}
