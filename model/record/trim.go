package record

import "canopy/model"

// trim drops from the body of a custom resource what no rule reads: what is large, and what may be, or hide, a credential.
func trim(kind *model.Kind, body map[string]any) {
	switch kind.Group {
	case model.GroupRoute:
		trimRoute(body)
	case model.GroupGateway:
		trimHeaders(body)
	case model.GroupPolicyReport, model.GroupOpenReports:
		delete(body, "results")
	case model.GroupKyverno, model.GroupKyvernoPolicies:
		// Copies of the rules for each kind of owner of pods.
		delete(branch(body, "status"), "autogen")
	case model.GroupCertManager:
		delete(branch(body, "spec"), "secretTemplate")
		// Of the passwords of keystores only the names of their Secrets stay.
		for _, store := range []string{"jks", "pkcs12"} {
			delete(branch(body, "spec", "keystores", store), "password")
		}
	case model.GroupSealedSecrets:
		empty(branch(body, "spec"), "encryptedData")
		trimTemplate(branch(body, "spec", "template"))
	case model.GroupExternalSecrets:
		trimTemplate(branch(body, "spec", "target", "template"))
		trimTemplate(branch(body, "spec", "externalSecretSpec", "target", "template"))
	case model.GroupSops:
		delete(body, "sops")
		each(branch(body, "spec")["secretTemplates"], trimTemplate)
	}
	if kind.Kind == "CustomResourceDefinition" {
		trimDefinition(body)
	}
}

// empty keeps the keys of a map of texts and drops the texts.
func empty(tree map[string]any, field string) {
	switch values := tree[field].(type) {
	case map[string]any:
		for k := range values {
			values[k] = ""
		}
	case nil:
	default:
		delete(tree, field)
	}
}

// trimTemplate drops the values from the template of a Secret.
func trimTemplate(template map[string]any) {
	for _, field := range []string{"data", "stringData"} {
		empty(template, field)
	}
	delete(template, "templateFrom")
	if metadata := branch(template, "metadata"); metadata != nil {
		delete(metadata, "annotations")
	}
	delete(template, "annotations")
}

// trimDefinition drops the schemas: they are most of a definition and no rule reads them.
func trimDefinition(body map[string]any) {
	spec, _ := body["spec"].(map[string]any)
	versions, _ := spec["versions"].([]any)
	for _, v := range versions {
		if version, ok := v.(map[string]any); ok {
			delete(version, "schema")
			delete(version, "additionalPrinterColumns")
		}
	}
}

// trimRoute drops the private key that a Route of OpenShift may hold, and the certificates: that it ends TLS, and how, is
// told beside them.
func trimRoute(body map[string]any) {
	spec, _ := body["spec"].(map[string]any)
	tls, _ := spec["tls"].(map[string]any)
	for _, field := range []string{"key", "certificate", "caCertificate", "destinationCACertificate"} {
		delete(tls, field)
	}
}

// trimHeaders drops the values of the headers that a route sets, which may be credentials.
func trimHeaders(v any) {
	switch t := v.(type) {
	case []any:
		for _, e := range t {
			trimHeaders(e)
		}
	case map[string]any:
		for k, e := range t {
			if k != "requestHeaderModifier" && k != "responseHeaderModifier" {
				trimHeaders(e)
				continue
			}
			m, _ := e.(map[string]any)
			for _, verb := range []string{"set", "add"} {
				list, _ := m[verb].([]any)
				for _, h := range list {
					if header, ok := h.(map[string]any); ok {
						delete(header, "value")
					}
				}
			}
		}
	}
}
