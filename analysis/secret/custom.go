package secret

import (
	"strconv"

	"k8s.io/apimachinery/pkg/types"

	"canopy/model"
	"canopy/model/record"
)

// What writes Secrets, as Secret.Manager names it.
const (
	byCertManager = "cert-manager"
	byExternal    = "external-secrets"
	bySealed      = "sealed-secrets"
	byStore       = "secrets-store"
	bySops        = "sops"
)

// field walks down an object without a type; nil where there is nothing.
func field(v any, path ...string) any {
	for _, step := range path {
		m, _ := v.(map[string]any)
		v = m[step]
	}
	return v
}

func text(v any, path ...string) string {
	s, _ := field(v, path...).(string)
	return s
}

func items(v any, path ...string) []any {
	l, _ := field(v, path...).([]any)
	return l
}

// isExternal tells an object by which Secrets come from a store outside the cluster.
func isExternal(ref model.Ref) bool {
	switch ref.Group {
	case model.GroupExternalSecrets, model.GroupSealedSecrets, model.GroupSecretsStore, model.GroupSops:
		return true
	}
	return false
}

// customUses lists what an object without a Go type names.
func customUses(t *record.Custom) []use {
	writes := func(l []use, how How, by, namespace, path, secret string) []use {
		if secret == "" {
			return l
		}
		return append(l, use{how: how, path: path, writer: by, secret: types.NamespacedName{Namespace: namespace, Name: secret}})
	}
	switch t.Kind.Group + "/" + t.Kind.Kind {
	case model.GroupGateway + "/Gateway":
		return gatewayUses(t)
	case model.GroupRoute + "/Route":
		return name(nil, ByRoute, "spec.tls.externalCertificate.name", text(t.Body, "spec", "tls", "externalCertificate", "name"), "", false)
	case model.GroupCertManager + "/Certificate":
		l := writes(nil, ByCertificate, byCertManager, t.Namespace, "spec.secretName", text(t.Body, "spec", "secretName"))
		for _, store := range [...]string{"jks", "pkcs12"} {
			ref := field(t.Body, "spec", "keystores", store, "passwordSecretRef")
			l = name(l, ByCertificate, "spec.keystores."+store+".passwordSecretRef.name", text(ref, "name"), text(ref, "key"), false)
		}
		return l
	case model.GroupExternalSecrets + "/ExternalSecret":
		if text(t.Body, "spec", "target", "creationPolicy") == "None" {
			return nil
		}
		secret, path := target(t.Body, t.Name, "spec", "target", "name")
		return writes(nil, ByExternal, byExternal, t.Namespace, path, secret)
	case model.GroupExternalSecrets + "/ClusterExternalSecret":
		own, _ := target(t.Body, t.Name, "spec", "externalSecretName")
		secret, path := target(field(t.Body, "spec", "externalSecretSpec"), own, "target", "name")
		if path != "metadata.name" {
			path = "spec.externalSecretSpec.target.name"
		}
		var l []use
		for _, from := range [...][]any{items(t.Body, "spec", "namespaces"), items(t.Body, "status", "provisionedNamespaces")} {
			for _, v := range from {
				if namespace, _ := v.(string); namespace != "" {
					l = writes(l, ByExternal, byExternal, namespace, path, secret)
				}
			}
		}
		return l
	case model.GroupSealedSecrets + "/SealedSecret":
		secret, path := target(t.Body, t.Name, "spec", "template", "metadata", "name")
		return writes(nil, ByExternal, bySealed, t.Namespace, path, secret)
	case model.GroupSecretsStore + "/SecretProviderClass":
		var l []use
		for i, o := range items(t.Body, "spec", "secretObjects") {
			l = writes(l, ByExternal, byStore, t.Namespace, index("spec.secretObjects", i)+".secretName", text(o, "secretName"))
		}
		return l
	case model.GroupSops + "/SopsSecret":
		var l []use
		for _, list := range [...]string{"secretTemplates", "secret_templates"} {
			for i, o := range items(t.Body, "spec", list) {
				l = writes(l, ByExternal, bySops, t.Namespace, index("spec."+list, i)+".name", text(o, "name"))
			}
		}
		return l
	}
	return fieldUses(t)
}

// target is the name that an object gives the Secret it makes: its own where it says nothing.
func target(body any, own string, path ...string) (secret, at string) {
	if secret = text(body, path...); secret == "" {
		return own, "metadata.name"
	}
	at = path[0]
	for _, step := range path[1:] {
		at += "." + step
	}
	return secret, at
}

// gatewayUses lists the certificates of listeners, and the one that a Gateway shows to backends.
func gatewayUses(t *record.Custom) []use {
	var l []use
	ref := func(path string, v any) {
		if group, kind := text(v, "group"), text(v, "kind"); group != "" || kind != "" && kind != "Secret" {
			return
		}
		if secret := text(v, "name"); secret != "" {
			namespace := text(v, "namespace")
			if namespace == "" {
				namespace = t.Namespace
			}
			l = append(l, use{how: ByGateway, path: path + ".name", secret: types.NamespacedName{Namespace: namespace, Name: secret}})
		}
	}
	for i, listener := range items(t.Body, "spec", "listeners") {
		for j, v := range items(listener, "tls", "certificateRefs") {
			ref(index("spec.listeners["+strconv.Itoa(i)+"].tls.certificateRefs", j), v)
		}
	}
	ref("spec.backendTLS.clientCertificateRef", field(t.Body, "spec", "backendTLS", "clientCertificateRef"))
	ref("spec.tls.backend.clientCertificateRef", field(t.Body, "spec", "tls", "backend", "clientCertificateRef"))
	return l
}
