package canarytest

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"strings"
)

// Object is an API object.
type Object = map[string]any

// Find is a credential that was planted where it should not be, and that a reader of the cluster has to be told of: the object, and a
// part of the path in it.
type Find struct{ Object, Path string }

// Planted is a cluster full of credentials.
type Planted struct {
	Values *Values
	// Objects come in the order in which a server takes them. Those of Custom are of a kind that somebody has to define first.
	Objects, Custom, Events []Object
	// Finds are those that are told without more being asked, CustomFinds and EventFinds those that a sweep finds.
	Finds, CustomFinds, EventFinds []Find

	namespace string
}

// CustomKind is that of the custom resources.
const (
	CustomGroup    = "apps.example.com"
	CustomKind     = "Shop"
	CustomResource = "shops"
)

const applied = "kubectl.kubernetes.io/last-applied-configuration"

// Plant makes objects of a namespace.
func Plant(v *Values, namespace string) *Planted {
	p := &Planted{Values: v, namespace: namespace}
	p.secrets()
	p.configMap()
	p.workloads()
	p.others()
	p.custom()
	p.event()
	return p
}

func (p *Planted) object(apiVersion, kind, name string, annotations map[string]string, more Object) Object {
	o := Object{"apiVersion": apiVersion, "kind": kind, "metadata": Object{"name": name, "namespace": p.namespace}}
	if len(annotations) > 0 {
		all := Object{}
		for k, v := range annotations {
			all[k] = v
		}
		o["metadata"].(Object)["annotations"] = all
	}
	for k, v := range more {
		o[k] = v
	}
	return o
}

// find notes that a place is to be told.
func (p *Planted) find(object string, paths ...string) {
	for _, path := range paths {
		p.Finds = append(p.Finds, Find{object, path})
	}
}

func text(v any) string {
	data, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	return string(data)
}

func (p *Planted) secrets() {
	v := p.Values
	data := v.Of("a Secret's data", "")
	copied := v.Of("a Secret's last-applied", "")
	annotations := map[string]string{
		applied:                 text(Object{"kind": "Secret", "stringData": Object{"password": copied}, "data": Object{"p": base64.StdEncoding.EncodeToString([]byte(copied))}}),
		"example.com/api-token": v.Of("a Secret's annotation", "ghp_Ab12"),
	}
	p.Objects = append(p.Objects, p.object("v1", "Secret", "leaky", annotations, Object{
		"type": "Opaque", "data": Object{"password": base64.StdEncoding.EncodeToString([]byte(data)), "pin": base64.StdEncoding.EncodeToString([]byte(v.Of("a Secret's second key", "")))},
	}))
	p.find("Secret/leaky", "annotations[example.com/api-token]", "annotations["+applied+"]")
	auth := base64.StdEncoding.EncodeToString([]byte("robot:" + v.Of("a docker auth", "")))
	p.Objects = append(p.Objects, p.object("v1", "Secret", "registry", nil, Object{"type": "kubernetes.io/dockerconfigjson", "data": Object{
		".dockerconfigjson": base64.StdEncoding.EncodeToString([]byte(text(Object{"auths": Object{"registry.example": Object{"auth": auth, "password": v.Of("a docker password", "")}}})))}}))
	certificate, key := v.Certificate("the key of a TLS Secret", 10*24*3600e9, 1024)
	p.Objects = append(p.Objects, p.object("v1", "Secret", "tls", nil, Object{"type": "kubernetes.io/tls", "data": Object{
		"tls.crt": base64.StdEncoding.EncodeToString([]byte(certificate)), "tls.key": base64.StdEncoding.EncodeToString([]byte(key))}}))
	// The same value again where everybody can read it: found only by who reads the Secret.
	p.Objects = append(p.Objects, p.object("v1", "ConfigMap", "copy", nil, Object{"data": Object{"DB_PASSWORD": data, "OTHER_PASSWORD": data}}))
	p.find("ConfigMap/copy", "data.DB_PASSWORD", "data.OTHER_PASSWORD")
}

func (p *Planted) configMap() {
	v := p.Values
	nested := v.Of("JSON in a ConfigMap", "sk_live_")
	data := Object{
		"DB_PASSWORD":    v.Of("a ConfigMap's data", ""),
		"app.json":       text(Object{"payments": Object{"stripe": Object{"secretKey": nested}}, "list": []any{Object{"password": v.Of("a list of JSON in a ConfigMap", "")}}}),
		"app.yaml":       "database:\n  user: shop\n  password: " + v.Of("YAML in a ConfigMap", "") + "\n",
		"prod.env":       "# settings\nexport API_TOKEN='" + v.Of("an .env in a ConfigMap", "") + "'\n",
		"app.properties": "spring.datasource.password=" + v.Of("properties in a ConfigMap", "") + "\n",
		"ENCODED":        base64.StdEncoding.EncodeToString([]byte("password=" + v.Of("base64 in a ConfigMap", ""))),
		"url":            "postgres://shop:" + v.Of("a URL in a ConfigMap", "") + "@db.example:5432/shop",
		"id_rsa":         v.PrivateKey("a private key in a ConfigMap"),
	}
	annotations := map[string]string{applied: text(Object{"data": Object{"DB_PASSWORD": v.Of("a ConfigMap's last-applied", "")}}), "example.com/password": v.Of("a ConfigMap's annotation", "")}
	p.Objects = append(p.Objects, p.object("v1", "ConfigMap", "leaky", annotations, Object{
		"data":       data,
		"binaryData": Object{"blob": base64.StdEncoding.EncodeToString([]byte("db_password=" + v.Of("a ConfigMap's binaryData", "") + "\n"))},
	}))
	p.find("ConfigMap/leaky", "data.DB_PASSWORD", "data[app.json]", "data[app.yaml]", "data[prod.env]", "data[app.properties]", "data.ENCODED", "data.url", "data.id_rsa",
		"binaryData.blob", "annotations["+applied+"]", "annotations[example.com/password]")
}

// pod is a pod's spec with a credential in every field that can hold one.
func (p *Planted) pod(of string, more Object) Object {
	v := p.Values
	header := func(place string) Object {
		return Object{"port": 80, "path": "/x?token=" + v.Of(of+": the path of "+place, ""), "httpHeaders": []any{Object{"name": "Authorization", "value": "Bearer " + v.Of(of+": a header of "+place, "")}}}
	}
	script := func(place string) Object {
		return Object{"command": []any{"check", "--password=" + v.Of(of+": "+place, "")}}
	}
	c := Object{
		"name": "c", "image": "registry.example/leaky:1", "securityContext": Object{"privileged": true},
		"command": []any{"serve", "--api-key", v.Of(of+": command", "")},
		"args":    []any{"--db-password=" + v.Of(of+": args", ""), "--verbose"},
		"env": []any{Object{"name": "DB_PASSWORD", "value": v.Of(of+": env", "")}, Object{"name": "STRIPE", "value": v.Of(of+": a key in env", "sk_live_")},
			Object{"name": "DATABASE_URL", "value": "postgres://u:" + v.Of(of+": a URL in env", "") + "@db/x"}},
		"livenessProbe":  Object{"exec": script("liveness probe")},
		"readinessProbe": Object{"httpGet": header("readiness probe")},
		"startupProbe":   Object{"httpGet": header("startup probe")},
		"lifecycle":      Object{"postStart": Object{"exec": script("postStart")}, "preStop": Object{"httpGet": header("preStop")}},
	}
	start := Object{"name": "i", "image": "registry.example/leaky:1", "args": []any{"--token=" + v.Of(of+": args of an init container", "")},
		"env": []any{Object{"name": "API_TOKEN", "value": v.Of(of+": env of an init container", "")}}}
	spec := Object{"containers": []any{c}, "initContainers": []any{start}, "hostNetwork": true}
	for k, value := range more {
		spec[k] = value
	}
	return spec
}

// fields are where pod puts credentials, below the spec.
func fields(spec string) []string {
	const c, i = ".containers[0].", ".initContainers[0]."
	list := []string{c + "command[2]", c + "args[0]", c + "env[0].value", c + "env[1].value", c + "env[2].value", c + "livenessProbe.exec.command[1]", c + "readinessProbe.httpGet.path",
		c + "readinessProbe.httpGet.httpHeaders[0].value", c + "startupProbe.httpGet.path", c + "startupProbe.httpGet.httpHeaders[0].value", c + "lifecycle.postStart.exec.command[1]",
		c + "lifecycle.preStop.httpGet.path", c + "lifecycle.preStop.httpGet.httpHeaders[0].value", i + "args[0]", i + "env[0].value"}
	for n := range list {
		list[n] = spec + list[n]
	}
	return list
}

func (p *Planted) annotations(of string) map[string]string {
	return map[string]string{
		applied:                 text(Object{"spec": Object{"template": Object{"spec": Object{"containers": []any{Object{"env": []any{Object{"name": "DB_PASSWORD", "value": p.Values.Of(of+": last-applied", "")}}}}}}}}),
		"example.com/api-token": p.Values.Of(of+": an annotation", ""),
		// Its domain is Kubernetes' own, and kubectl --record writes it.
		"kubernetes.io/change-cause": "kubectl set env deploy/web DB_PASSWORD=" + p.Values.Of(of+": the cause of a change", ""),
	}
}

func (p *Planted) workloads() {
	labels := Object{"app": "leaky"}
	inside := Object{}
	for k, a := range p.annotations("a template") {
		inside[k] = a
	}
	template := func(of string, more Object) Object {
		return Object{"metadata": Object{"labels": labels, "annotations": inside}, "spec": p.pod(of, more)}
	}
	p.Objects = append(p.Objects,
		p.object("apps/v1", "Deployment", "leaky", p.annotations("a Deployment"), Object{"spec": Object{"selector": Object{"matchLabels": labels}, "template": template("a Deployment", nil)}}),
		p.object("batch/v1", "CronJob", "nightly", p.annotations("a CronJob"), Object{"spec": Object{"schedule": "0 0 * * *", "jobTemplate": Object{"spec": Object{"template": template("a CronJob", Object{"restartPolicy": "Never"})}}}}),
		p.object("v1", "Pod", "naked", p.annotations("a Pod"), Object{"spec": p.pod("a Pod", Object{"serviceAccountName": "default", "volumes": []any{
			Object{"name": "v", "secret": Object{"secretName": "leaky"}}, Object{"name": "t", "secret": Object{"secretName": "tls"}}}})}))
	for object, spec := range map[string]string{"Deployment/leaky": "spec.template.spec", "CronJob/nightly": "spec.jobTemplate.spec.template.spec", "Pod/naked": "spec"} {
		p.find(object, fields(spec)...)
		p.find(object, "annotations["+applied+"]", "annotations[example.com/api-token]")
	}
	p.find("Deployment/leaky", "spec.template.metadata.annotations[example.com/api-token]")
}

// others are kinds whose fields hold no credentials, and whose annotations do.
func (p *Planted) others() {
	p.Objects = append(p.Objects,
		p.object("v1", "Service", "leaky", p.annotations("a Service"), Object{"spec": Object{"selector": Object{"app": "leaky"}, "ports": []any{Object{"port": 80}}}}),
		p.object("v1", "ServiceAccount", "leaky", p.annotations("a ServiceAccount"), nil),
		p.object("rbac.authorization.k8s.io/v1", "Role", "leaky", p.annotations("a Role"), Object{"rules": []any{Object{"apiGroups": []any{""}, "resources": []any{"secrets"}, "verbs": []any{"get"}}}}),
		p.object("rbac.authorization.k8s.io/v1", "RoleBinding", "leaky", p.annotations("a RoleBinding"), Object{
			"roleRef": Object{"apiGroup": "rbac.authorization.k8s.io", "kind": "Role", "name": "leaky"}, "subjects": []any{Object{"kind": "ServiceAccount", "name": "leaky", "namespace": p.namespace}}}),
		p.object("networking.k8s.io/v1", "Ingress", "leaky", p.annotations("an Ingress"), Object{"spec": Object{"tls": []any{Object{"secretName": "tls"}}, "defaultBackend": Object{"service": Object{"name": "leaky", "port": Object{"number": 80}}}}}))
	for _, kind := range strings.Fields("Service ServiceAccount Role RoleBinding Ingress") {
		p.find(kind+"/leaky", "annotations["+applied+"]", "annotations[example.com/api-token]")
	}
}

func (p *Planted) custom() {
	v := p.Values
	p.Custom = append(p.Custom, p.object(CustomGroup+"/v1", CustomKind, "leaky", p.annotations("a custom resource"), Object{
		"spec": Object{
			"password": v.Of("a custom resource's field", ""),
			"source":   Object{"helm": Object{"values": "auth:\n  rootPassword: " + v.Of("YAML in a custom resource", "") + "\n", "parameters": []any{Object{"name": "db.password", "value": v.Of("a parameter in a custom resource", "")}}}},
			"env":      []any{Object{"name": "API_TOKEN", "value": v.Of("env in a custom resource", "")}},
		},
		"status": Object{"lastError": "could not log in as root:" + v.Of("a status in a custom resource", "sk_live_")},
	}))
	for _, path := range []string{"spec.password", "spec.source.helm.values", "spec.source.helm.parameters[0].value", "spec.env[0].value", "annotations[" + applied + "]", "annotations[example.com/api-token]"} {
		p.CustomFinds = append(p.CustomFinds, Find{CustomKind + "/leaky", path})
	}
}

func (p *Planted) event() {
	p.Events = append(p.Events, p.object("v1", "Event", "leaky", nil, Object{"type": "Warning", "reason": "Failed", "source": Object{"component": "kubelet"},
		"message":        fmt.Sprintf("Error: exec: \"login --password=%s\": not found", p.Values.Of("the message of an Event", "")),
		"involvedObject": Object{"apiVersion": "v1", "kind": "Pod", "namespace": p.namespace, "name": "naked"}}))
	p.EventFinds = append(p.EventFinds, Find{"Event/leaky", "message"})
}
