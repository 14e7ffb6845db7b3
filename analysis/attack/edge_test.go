package attack

import (
	"slices"
	"strings"
	"testing"

	"canopy/model"
)

// hopCase is the smallest cluster that has a hop, and the nearest that have not.
type hopCase struct {
	edge, name string
	has        string
	from, to   string
	sure       Confidence
	// object proves it, cut is what has to be edited to end it, "" for nothing that does.
	object, cut string
	// match tells how somebody is among the subjects of a binding.
	match string
	// bare tells that no field of an object shows it.
	bare bool
	not  []string
}

const bound = "\nClusterRoleBinding b r user:u1"

// wide is the case of an edge that a ClusterRole opens to a user.
func wide(edge, rules, not string, to string, more string) hopCase {
	return hopCase{edge: edge, name: rules, has: "ClusterRole r = " + rules + bound + "\n" + more, from: "user:u1", to: to, object: "ClusterRoleBinding/b", cut: "ClusterRoleBinding/b", match: "direct",
		not: []string{"ClusterRole r = " + not, "-ClusterRoleBinding b", "ClusterRoleBinding b r user:u2", "-ClusterRole r"}}
}

// local is the case of an edge that a Role opens to a user in a namespace.
func local(edge, rules, not string, to string, more string) hopCase {
	return hopCase{edge: edge, name: rules + " in a namespace", has: "Namespace a {}\nNamespace b {}\nRole a/r = " + rules + "\nRoleBinding a/b Role/r user:u1\n" + more, from: "user:u1", to: to,
		object: "a/RoleBinding/b", cut: "a/RoleBinding/b", match: "direct",
		not: []string{"Role a/r = " + not, "-RoleBinding a/b", "-Role a/r", "-Role a/r\n-RoleBinding a/b\nRole b/r = " + rules + "\nRoleBinding b/b Role/r user:u1"}}
}

func (c hopCase) but(not ...string) hopCase {
	c.not = append(c.not, not...)
	return c
}

// anywhere tells that it makes no difference in which namespace it is held.
func (c hopCase) anywhere() hopCase {
	c.not = slices.DeleteFunc(slices.Clone(c.not), func(not string) bool { return strings.Contains(not, "RoleBinding b/b ") })
	return c
}

func (c hopCase) only(not ...string) hopCase {
	c.not = not
	return c
}

func (c hopCase) is(sure Confidence) hopCase {
	c.sure = sure
	return c
}

const (
	s1      = "ServiceAccount a/s1 {}\n"
	p1      = "Pod a/p1 {spec: {nodeName: n1}}\n"
	x1      = "Secret a/x1 {type: Opaque}\n"
	n1      = "Node n1 {}\n"
	pods1   = "Pod a/p1 "
	onNode1 = "spec: {nodeName: n1, "
)

// pod is a pod on a node; out is that of an edge by which it leads out.
func out(edge, name, spec, not string, sure Confidence) hopCase {
	return hopCase{edge: edge, name: name, has: n1 + pods1 + "{" + onNode1 + spec + "}}", from: "a/Pod/p1", to: "Node/n1", sure: sure, object: "a/Pod/p1", cut: "a/Pod/p1",
		not: []string{pods1 + "{" + onNode1 + not + "}}", pods1 + "{" + onNode1 + spec + "}, status: {phase: Succeeded}}", "-Pod a/p1"}}
}

const harmless = "containers: [{name: a}]"

func hostPath(path, more string) string {
	return "volumes: [{name: v, hostPath: {path: " + path + "}}], containers: [{name: a, volumeMounts: [{name: v, mountPath: /m" + more + "}]}]"
}

func caps(list string) string {
	return "containers: [{name: a, securityContext: {capabilities: {add: [" + list + "]}}}]"
}

// toTokens changes a case to one that leads to the tokens of the other pods of the node.
func (c hopCase) toTokens() hopCase {
	c.to = "b/Pod/other"
	c.has += "\nPod b/other {spec: {nodeName: n1, containers: [{name: a}]}}"
	return c.but("Pod b/other {spec: {nodeName: n2, containers: [{name: a}]}}")
}

const privileged = "containers: [{name: a, securityContext: {privileged: true}}]"

const tokenMounted = "{spec: {serviceAccountName: s1, containers: [{name: a}], volumes: [{name: kube-api-access-x, projected: {sources: [{serviceAccountToken: {path: token}}]}}]}}"

const balancer = "Service a/front {spec: {type: LoadBalancer, selector: {app: web}, ports: [{port: 80}]}, status: {loadBalancer: {ingress: [{ip: 198.51.100.7}]}}}\n"
const webPod = `Pod a/p1 {metadata: {labels: {app: web}}, spec: {containers: [{name: a, ports: [{containerPort: 80}]}]}, status: {phase: Running, podIP: 10.0.0.1, podIPs: [{ip: 10.0.0.1}]}}` + "\n"
const controller = `IngressClass nginx {spec: {controller: k8s.io/ingress-nginx}}
Pod edge/c {metadata: {labels: {app.kubernetes.io/name: ingress-nginx, app.kubernetes.io/component: controller}}, spec: {containers: [{name: a, ports: [{containerPort: 80}, {containerPort: 443}]}]}, status: {phase: Running, podIP: 10.0.0.9, podIPs: [{ip: 10.0.0.9}]}}
Service edge/c {spec: {type: LoadBalancer, selector: {app.kubernetes.io/name: ingress-nginx}, ports: [{port: 80}]}, status: {loadBalancer: {ingress: [{ip: 198.51.100.8}]}}}
`
const webhook = "MutatingWebhookConfiguration h {webhooks: [{name: h.example, clientConfig: {service: {namespace: a, name: front}}, rules: [{operations: [CREATE], apiGroups: [''], apiVersions: [v1], resources: [pods]}]}]}\n"

var hopCases = []hopCase{
	{edge: "I-01", name: "a projected token", has: s1 + pods1 + tokenMounted, from: "a/Pod/p1", to: "sa:a/s1", object: "a/Pod/p1", cut: "a/Pod/p1",
		not: []string{
			pods1 + "{spec: {serviceAccountName: s1, automountServiceAccountToken: false, containers: [{name: a}]}}",
			pods1 + "{spec: {serviceAccountName: s1, automountServiceAccountToken: false, containers: [{name: a}], volumes: [{name: t, projected: {sources: [{serviceAccountToken: {path: token, audience: vault}}]}}]}}",
			pods1 + "{metadata: {annotations: {kubernetes.io/config.mirror: x}}, spec: {serviceAccountName: s1, containers: [{name: a}]}}",
			"ServiceAccount a/s1 {automountServiceAccountToken: false}\n" + pods1 + "{spec: {serviceAccountName: s1, containers: [{name: a}]}}",
			pods1 + "{spec: {serviceAccountName: s2, containers: [{name: a}]}}",
		}},
	{edge: "I-01", name: "the pod says more than its account", has: "ServiceAccount a/s1 {automountServiceAccountToken: false}\n" + pods1 + "{spec: {serviceAccountName: s1, automountServiceAccountToken: true, containers: [{name: a}]}}",
		from: "a/Pod/p1", to: "sa:a/s1", sure: ByAdmission, object: "a/Pod/p1", cut: "a/Pod/p1", not: []string{pods1 + "{spec: {serviceAccountName: s1, containers: [{name: a}]}}"}},
	{edge: "I-01", name: "a template", has: "ServiceAccount a/s1 {automountServiceAccountToken: true}\nDeployment a/web {spec: {replicas: 1, template: {spec: {serviceAccountName: s1, containers: [{name: a}]}}}}", from: "a/Deployment/web", to: "sa:a/s1", sure: ByAdmission,
		object: "a/Deployment/web", cut: "a/Deployment/web", not: []string{"Deployment a/web {spec: {replicas: 0, template: {spec: {serviceAccountName: s1, containers: [{name: a}]}}}}", "ServiceAccount a/s1 {automountServiceAccountToken: false}"}},
	{edge: "I-02", name: "all accounts", has: s1, from: "sa:a/s1", to: "group:system:authenticated", bare: true, not: []string{"-ServiceAccount a/s1"}},
	{edge: "I-02", name: "a user", has: "ClusterRole r = get pods" + bound, from: "user:u1", to: "group:system:authenticated", bare: true, not: []string{"-ClusterRoleBinding b"}},
	wide("I-03", "* *:*", "* *", "cluster-admin", "").but("-ClusterRoleBinding b\nNamespace a {}\nRoleBinding a/b ClusterRole/r user:u1"),
	{edge: "I-03", name: "by a group", has: s1 + "ClusterRole r = * *:*\nClusterRoleBinding b r group:system:serviceaccounts:a", from: "sa:a/s1", to: "cluster-admin", object: "ClusterRoleBinding/b", cut: "ClusterRoleBinding/b",
		match: "group:system:serviceaccounts:a", not: []string{"ClusterRoleBinding b r group:system:serviceaccounts:b"}},
	{edge: "I-03", name: "by the name of its user", has: s1 + "ClusterRole r = * *:*\nClusterRoleBinding b r user:system:serviceaccount:a:s1", from: "sa:a/s1", to: "cluster-admin", object: "ClusterRoleBinding/b", cut: "ClusterRoleBinding/b",
		match: "direct", not: []string{"ClusterRoleBinding b r user:system:serviceaccount:a:s2"}},
	{edge: "I-04", name: "masters", has: "", from: "group:system:masters", to: "cluster-admin", bare: true, not: nil},
	{edge: "I-05", name: "anonymous", has: "", from: "internet", to: "user:system:anonymous", sure: MissingData, bare: true, not: nil},
	{edge: "I-06", name: "a dangling account", has: "ClusterRole strong = * *:*\nClusterRoleBinding dangling strong sa:a/ghost\nClusterRole r = create serviceaccounts; create serviceaccounts/token" + bound, from: "user:u1", to: "sa:a/ghost",
		object: "ClusterRoleBinding/b", cut: "ClusterRoleBinding/b", match: "direct",
		not: []string{"ServiceAccount a/ghost {}", "ClusterRole r = create serviceaccounts", "ClusterRole r = create serviceaccounts/token", "-ClusterRoleBinding dangling", "?ServiceAccount", "ClusterRoleBinding dangling strong sa:a/default"}},
	{edge: "I-06", name: "by two bindings", has: "ClusterRole strong = * *:*\nClusterRoleBinding dangling strong sa:a/ghost\nClusterRole r = create serviceaccounts\nRole a/t = create serviceaccounts/token\nRoleBinding a/t Role/t group:dev" + "\nClusterRoleBinding b r group:dev",
		from: "group:dev", to: "sa:a/ghost", object: "ClusterRoleBinding/b", cut: "ClusterRoleBinding/b", match: "direct",
		not: []string{"-RoleBinding a/t", "-Role a/t", "RoleBinding a/t Role/t group:ops", "-ClusterRoleBinding b", "ClusterRoleBinding dangling strong sa:b/ghost"}},
	{edge: "I-07", name: "a volume", has: x1 + pods1 + "{spec: {containers: [{name: a}], volumes: [{name: s, secret: {secretName: x1}}]}}", from: "a/Pod/p1", to: "a/Secret/x1", object: "a/Pod/p1",
		not: []string{pods1 + "{spec: {containers: [{name: a}], volumes: [{name: s, secret: {secretName: x2}}]}}", "-Secret a/x1", pods1 + "{spec: {containers: [{name: a}], volumes: [{name: s, secret: {secretName: x1}}]}, status: {phase: Failed}}"}},
	{edge: "I-07", name: "a projected volume", has: x1 + pods1 + "{spec: {containers: [{name: a}], volumes: [{name: s, projected: {sources: [{secret: {name: x1}}]}}]}}", from: "a/Pod/p1", to: "a/Secret/x1", object: "a/Pod/p1",
		not: []string{pods1 + "{spec: {containers: [{name: a}], volumes: [{name: s, projected: {sources: [{configMap: {name: x1}}]}}]}}"}},
	{edge: "I-07", name: "a variable of an init container", has: x1 + pods1 + "{spec: {initContainers: [{name: i, env: [{name: V, valueFrom: {secretKeyRef: {name: x1, key: k}}}]}], containers: [{name: a}]}}", from: "a/Pod/p1", to: "a/Secret/x1", object: "a/Pod/p1",
		not: []string{pods1 + "{spec: {initContainers: [{name: i, env: [{name: V, valueFrom: {configMapKeyRef: {name: x1, key: k}}}]}], containers: [{name: a}]}}"}},
	{edge: "I-07", name: "a pull secret", has: x1 + pods1 + "{spec: {imagePullSecrets: [{name: x1}], containers: [{name: a}]}}", from: "a/Pod/p1", to: "a/Secret/x1", object: "a/Pod/p1", not: []string{pods1 + "{spec: {containers: [{name: a}]}}"}},
	{edge: "I-07", name: "variables of a debug container", has: x1 + pods1 + "{spec: {containers: [{name: a}], ephemeralContainers: [{name: e, envFrom: [{secretRef: {name: x1}}]}]}}", from: "a/Pod/p1", to: "a/Secret/x1", object: "a/Pod/p1", not: []string{pods1 + "{spec: {containers: [{name: a}], ephemeralContainers: [{name: e}]}}"}},
	{edge: "I-07", name: "a template", has: x1 + "CronJob a/c {spec: {jobTemplate: {spec: {template: {spec: {containers: [{name: a}], volumes: [{name: s, secret: {secretName: x1}}]}}}}}}", from: "a/CronJob/c", to: "a/Secret/x1", sure: ByAdmission, object: "a/CronJob/c",
		not: []string{"CronJob a/c {metadata: {uid: u1}, spec: {suspend: true, jobTemplate: {spec: {template: {spec: {containers: [{name: a}], volumes: [{name: s, secret: {secretName: x1}}]}}}}}}"}},
	{edge: "I-08", name: "a token", has: s1 + "Secret a/x1 {type: kubernetes.io/service-account-token, metadata: {annotations: {kubernetes.io/service-account.name: s1}}}", from: "a/Secret/x1", to: "sa:a/s1", object: "a/Secret/x1", cut: "",
		not: []string{
			"Secret a/x1 {type: Opaque, metadata: {annotations: {kubernetes.io/service-account.name: s1}}}",
			"Secret a/x1 {type: kubernetes.io/service-account-token, metadata: {annotations: {kubernetes.io/service-account.name: s1}, labels: {kubernetes.io/legacy-token-invalid-since: '2026-01-01'}}}",
			"Secret a/x1 {type: kubernetes.io/service-account-token, metadata: {annotations: {kubernetes.io/service-account.name: s2}}}",
			"-ServiceAccount a/s1",
		}},
	{edge: "I-09", name: "a bootstrap token", has: "Secret kube-system/bootstrap-token-abcdef {type: bootstrap.kubernetes.io/token}", from: "kube-system/Secret/bootstrap-token-abcdef", to: "group:system:bootstrappers", sure: MissingData, object: "kube-system/Secret/bootstrap-token-abcdef",
		not: []string{"Secret kube-system/bootstrap-token-abcdef {type: Opaque}", "-Secret kube-system/bootstrap-token-abcdef\nSecret a/bootstrap-token-abcdef {type: bootstrap.kubernetes.io/token}"}},
	{edge: "I-10", name: "a role of AWS", has: "ServiceAccount a/s1 {metadata: {annotations: {eks.amazonaws.com/role-arn: 'arn:aws:iam::1:role/x'}}}", from: "sa:a/s1", to: "aws:arn:aws:iam::1:role/x", sure: MissingData, object: "a/ServiceAccount/s1",
		not: []string{"ServiceAccount a/s1 {metadata: {annotations: {eks.amazonaws.com/role: 'arn:aws:iam::1:role/x'}}}"}},

	local("S-01", "get secrets", "get configmaps", "Namespace/a", x1),
	local("S-01", "get secrets =x1", "get secrets =x2", "a/Secret/x1", x1).but("-Secret a/x1\nSecret b/x1 {type: Opaque}"),
	wide("S-01", "get secrets", "get pods", "Namespace/a", x1),
	wide("S-01", "get secrets =x1", "get secrets =x2", "a/Secret/x1", x1),
	local("S-02", "list secrets", "create secrets", "Namespace/a", x1),
	local("S-03", "create,get secrets", "get secrets", "sa:a/s1", s1).but("Role a/r = create secrets"),
	local("S-03", "create secrets; create pods", "create secrets; update pods", "sa:a/s1", s1),
	local("S-05", "create serviceaccounts/token", "get serviceaccounts/token", "sa:a/s1", s1).but("Role a/r = create serviceaccounts"),
	local("S-05", "create serviceaccounts/token =s1", "create serviceaccounts/token =s2", "sa:a/s1", s1).but("-ServiceAccount a/s1"),
	wide("S-05", "create serviceaccounts/token =s1", "create serviceaccounts/token =s2", "sa:a/s1", s1),
	wide("S-05", "create serviceaccounts/token", "create serviceaccounts/tokens", "cluster-admin", ""),
	local("S-06", "create pods", "list pods", "Namespace/a", x1),
	local("S-09", "create persistentvolumeclaims; create batch:jobs", "create persistentvolumeclaims", "Namespace/a", x1).but("Role a/r = create batch:jobs"),

	local("M-01", "impersonate serviceaccounts", "get serviceaccounts", "sa:a/s1", s1),
	wide("M-01", "impersonate serviceaccounts =s1", "impersonate serviceaccounts =s2", "sa:a/s1", s1),
	wide("M-02", "impersonate users", "get users", "cluster-admin", "").but("-ClusterRoleBinding b\nNamespace a {}\nRoleBinding a/b ClusterRole/r user:u1"),
	wide("M-02", "impersonate users =u2", "impersonate users =u3", "user:u2", ""),
	wide("M-02", "impersonate groups =system:masters; impersonate users =u2", "impersonate groups =system:masters", "group:system:masters", ""),
	wide("M-03", "impersonate:serviceaccount authentication.k8s.io:serviceaccounts; impersonate-on:serviceaccount:get pods", "impersonate:serviceaccount authentication.k8s.io:serviceaccounts", "sa:a/s1", s1).is(ByAdmission).but("!v1.35.0"),
	wide("M-03", "impersonate:arbitrary-node authentication.k8s.io:nodes =n1; impersonate-on:arbitrary-node:get pods", "impersonate:arbitrary-node authentication.k8s.io:nodes =n2; impersonate-on:arbitrary-node:get pods", "user:system:node:n1", "").is(ByAdmission),

	local("R-01", "create rbac.authorization.k8s.io:rolebindings; bind rbac.authorization.k8s.io:roles", "create rbac.authorization.k8s.io:rolebindings", "sa:a/s1", s1),
	wide("R-02", "create rbac.authorization.k8s.io:clusterrolebindings; bind rbac.authorization.k8s.io:clusterroles", "create rbac.authorization.k8s.io:clusterrolebindings", "cluster-admin", "").but("-ClusterRoleBinding b\nNamespace a {}\nRoleBinding a/b ClusterRole/r user:u1"),
	local("R-03", "patch rbac.authorization.k8s.io:rolebindings; bind rbac.authorization.k8s.io:clusterroles", "patch rbac.authorization.k8s.io:rolebindings", "Namespace/a", x1),
	local("R-01", "create rbac.authorization.k8s.io:rolebindings; bind rbac.authorization.k8s.io:clusterroles", "create rbac.authorization.k8s.io:rolebindings", "Node/n1", n1).anywhere(),
	local("R-01", "create rbac.authorization.k8s.io:rolebindings; bind rbac.authorization.k8s.io:clusterroles, in a restricted namespace", "create rbac.authorization.k8s.io:rolebindings", "Node/n1",
		"Role a/r = create rbac.authorization.k8s.io:rolebindings; bind rbac.authorization.k8s.io:clusterroles\nNamespace a {metadata: {labels: {pod-security.kubernetes.io/enforce: restricted}}}\n"+n1),
	local("R-01", "create rbac.authorization.k8s.io:rolebindings; bind rbac.authorization.k8s.io:clusterroles =edit", "create rbac.authorization.k8s.io:rolebindings; bind rbac.authorization.k8s.io:clusterroles =view", "Node/n1",
		"ClusterRole edit = create pods\nClusterRole view = get pods\n"+n1).anywhere().but("Namespace a {metadata: {labels: {pod-security.kubernetes.io/enforce: restricted}}}"),
	local("R-03", "patch rbac.authorization.k8s.io:rolebindings; bind rbac.authorization.k8s.io:clusterroles", "patch rbac.authorization.k8s.io:rolebindings", "Node/n1", n1).anywhere(),
	local("R-04", "escalate,update rbac.authorization.k8s.io:roles", "update rbac.authorization.k8s.io:roles", "Node/n1", n1).anywhere(),
	local("R-04", "escalate,update rbac.authorization.k8s.io:roles", "update rbac.authorization.k8s.io:roles", "a/Pod/p1", p1).but("Role a/r = escalate rbac.authorization.k8s.io:roles"),
	wide("R-05", "escalate,update rbac.authorization.k8s.io:clusterroles", "update rbac.authorization.k8s.io:clusterroles", "cluster-admin", ""),

	local("W-01", "create pods", "delete pods", "sa:a/s1", s1),
	wide("W-01", "create pods", "create pods =p1", "cluster-admin", ""),
	local("W-02", "create apps:deployments", "create deployments", "sa:a/s1", s1),
	local("W-03", "patch batch:cronjobs", "patch batch:jobs", "sa:a/s1", s1+"CronJob a/c {}").but("-CronJob a/c\nCronJob b/c {}"),
	local("W-03", "patch batch:cronjobs where they may not be read", "get batch:cronjobs", "sa:a/s1", s1+"Role a/r = patch batch:cronjobs\n?CronJob").is(MissingData),
	local("W-03", "patch apps:deployments =web", "get apps:deployments =web", "sa:a/s1", s1+"Deployment a/web {}").is(MissingData).but("-Deployment a/web"),
	local("W-04", "create pods", "get pods", "Node/n1", n1).only(
		"Namespace a {metadata: {labels: {pod-security.kubernetes.io/enforce: baseline}}}", "Namespace a {metadata: {labels: {pod-security.kubernetes.io/enforce: restricted}}}", "Namespace a {metadata: {labels: {pod-security.kubernetes.io/enforce: nonsense}}}",
		"Role a/r = get pods", "-Node n1"),
	local("W-04", "create pods with the level privileged", "get pods", "nodes", "Role a/r = create pods\nNamespace a {metadata: {labels: {pod-security.kubernetes.io/enforce: privileged}}}").only("Namespace a {metadata: {labels: {pod-security.kubernetes.io/enforce: baseline}}}"),
	local("W-04", "create apps:deployments; patch namespaces", "create apps:deployments", "Node/n1", "Namespace a {metadata: {labels: {pod-security.kubernetes.io/enforce: restricted}}}\n"+n1).anywhere().but("Role a/r = patch apps:deployments; patch namespaces"),
	local("W-04", "create pods where a webhook may refuse them", "get pods", "Node/n1", "Role a/r = create pods\nValidatingWebhookConfiguration v {webhooks: [{name: v.example, rules: [{operations: [CREATE], apiGroups: [''], apiVersions: [v1], resources: [pods]}]}]}\n"+n1).is(ByAdmission).only("Role a/r = get pods"),
	local("W-05", "patch pods =p1", "patch pods =p2", "a/Pod/p1", p1).but("Pod a/p1 {spec: {nodeName: n1}, status: {phase: Succeeded}}"),
	local("W-06", "update pods/ephemeralcontainers", "get pods/ephemeralcontainers", "a/Pod/p1", p1).but("!v1.22.0"),
	local("W-07", "create pods/exec", "get pods/exec", "a/Pod/p1", p1),
	local("W-07", "create pods/exec =p1", "create pods/exec =p2", "a/Pod/p1", p1).but("-Pod a/p1"),
	wide("W-07", "create */exec", "create pods/*", "a/Pod/p1", p1),
	wide("W-07", "create pods/exec =p1", "create pods/exec =p2", "a/Pod/p1", p1),
	{edge: "W-07", name: "get before 1.35", has: p1 + "ClusterRole r = get pods/exec" + bound + "\n!v1.34.0", from: "user:u1", to: "a/Pod/p1", object: "ClusterRoleBinding/b", cut: "ClusterRoleBinding/b", match: "direct", not: []string{"!v1.35.0"}},
	{edge: "W-07", name: "get on a server that is not known", has: p1 + "ClusterRole r = get pods/exec" + bound + "\n!none", from: "user:u1", to: "a/Pod/p1", sure: ByVersion, object: "ClusterRoleBinding/b", cut: "ClusterRoleBinding/b", match: "direct", not: []string{"!v1.35.0"}},
	local("W-07", "create pods/exec once there are pods", "get pods/exec", "a/Deployment/web", "Role a/r = create pods/exec\nDeployment a/web {spec: {replicas: 1, template: {spec: {containers: [{name: a}]}}}}").is(ByAdmission).only(
		"Deployment a/web {spec: {replicas: 0, template: {spec: {containers: [{name: a}]}}}}", "Role a/r = create pods/exec =web"),
	local("W-08", "create pods/attach", "get pods/attach", "a/Pod/p1", p1),
	local("W-12", "create argoproj.io:workflows", "create workflows", "sa:a/s1", s1+"CustomResourceDefinition workflows.argoproj.io").but(
		"-CustomResourceDefinition workflows.argoproj.io", "-CustomResourceDefinition workflows.argoproj.io\nCustomResourceDefinition applications.argoproj.io"),

	wide("N-01", "get nodes/proxy", "get nodes", "a/Pod/p1", p1).but("-ClusterRoleBinding b\nNamespace a {}\nRoleBinding a/b ClusterRole/r user:u1"),
	wide("N-01", "get nodes/proxy =n1", "get nodes/proxy =n2", "a/Pod/p1", n1+p1).but("Pod a/p1 {spec: {nodeName: n2}}"),
	wide("N-01", "get nodes/proxy =n1 with a way out of a pod", "get nodes/proxy =n2", "a/Pod/p1", n1+pods1+"{"+onNode1+privileged+"}}\nClusterRole r = get nodes/proxy =n1"),
	wide("N-06", "create certificates.k8s.io:certificatesigningrequests; update certificates.k8s.io:certificatesigningrequests/approval; approve certificates.k8s.io:signers =kubernetes.io/kube-apiserver-client-kubelet",
		"create certificates.k8s.io:certificatesigningrequests; update certificates.k8s.io:certificatesigningrequests/approval", "nodes", "").but("ClusterRole r = create nodes"),
	wide("N-06", "create certificates.k8s.io:certificatesigningrequests,certificates.k8s.io:certificatesigningrequests/nodeclient", "create certificates.k8s.io:certificatesigningrequests", "user:system:node:n1", n1),
	wide("N-02", "create nodes/proxy", "create nodes", "a/Pod/p1", p1),

	wide("A-01", "create certificates.k8s.io:certificatesigningrequests; update certificates.k8s.io:certificatesigningrequests/approval; approve certificates.k8s.io:signers =kubernetes.io/kube-apiserver-client",
		"create certificates.k8s.io:certificatesigningrequests; update certificates.k8s.io:certificatesigningrequests/approval; approve certificates.k8s.io:signers =kubernetes.io/kubelet-serving", "cluster-admin", ""),
	{edge: "A-01", name: "by two bindings", has: "ClusterRole r = create certificates.k8s.io:certificatesigningrequests; update certificates.k8s.io:certificatesigningrequests/approval" + bound + "\nClusterRole s = approve certificates.k8s.io:signers\nClusterRoleBinding c s user:u1",
		from: "user:u1", to: "cluster-admin", object: "ClusterRoleBinding/b", cut: "ClusterRoleBinding/b", match: "direct", not: []string{"-ClusterRoleBinding c", "-ClusterRoleBinding b", "ClusterRoleBinding c s user:u2"}},
	{edge: "A-01", name: "by two bindings, of which the first lacks the first", has: "ClusterRole r = create certificates.k8s.io:certificatesigningrequests; update certificates.k8s.io:certificatesigningrequests/approval\nClusterRoleBinding d r user:u1\nClusterRole s = approve certificates.k8s.io:signers\nClusterRoleBinding c s user:u1",
		from: "user:u1", to: "cluster-admin", object: "ClusterRoleBinding/d", cut: "ClusterRoleBinding/d", match: "direct", not: []string{"-ClusterRoleBinding c", "-ClusterRoleBinding d"}},
	wide("A-03", "patch admissionregistration.k8s.io:mutatingwebhookconfigurations", "patch admissionregistration.k8s.io:validatingwebhookconfigurations", "cluster-admin", ""),
	wide("A-04", "patch admissionregistration.k8s.io:validatingwebhookconfigurations", "get admissionregistration.k8s.io:validatingwebhookconfigurations", "Namespace/a", x1),
	wide("A-06", "update admissionregistration.k8s.io:mutatingadmissionpolicies", "update admissionregistration.k8s.io:validatingadmissionpolicies", "cluster-admin", "").but("!v1.35.0"),
	{edge: "A-08", name: "a webhook for pods", has: webPod + "Service a/front {spec: {selector: {app: web}, ports: [{port: 443}]}}\n" + webhook, from: "a/Pod/p1", to: "cluster-admin", object: "MutatingWebhookConfiguration/h",
		not: []string{
			"MutatingWebhookConfiguration h {webhooks: [{name: h.example, clientConfig: {service: {namespace: a, name: front}}, rules: [{operations: [CREATE], apiGroups: [''], apiVersions: [v1], resources: [configmaps]}]}]}",
			"MutatingWebhookConfiguration h {webhooks: [{name: h.example, clientConfig: {url: 'https://elsewhere.example'}, rules: [{operations: [CREATE], apiGroups: [''], apiVersions: [v1], resources: [pods]}]}]}",
			"-MutatingWebhookConfiguration h", "Service a/front {spec: {selector: {app: db}, ports: [{port: 443}]}}", "-Service a/front",
			"Pod a/p1 {metadata: {labels: {app: db}}, spec: {containers: [{name: a}]}}",
		}},
	{edge: "A-08", name: "a webhook for some namespaces", has: webPod + "Service a/front {spec: {selector: {app: web}, ports: [{port: 443}]}}\n" + "MutatingWebhookConfiguration h {webhooks: [{name: h.example, namespaceSelector: {matchLabels: {a: b}}, clientConfig: {service: {namespace: a, name: front}}, rules: [{operations: ['*'], apiGroups: ['*'], apiVersions: ['*'], resources: ['*']}]}]}",
		from: "a/Pod/p1", to: "cluster-admin", sure: ByAdmission, object: "MutatingWebhookConfiguration/h", not: []string{"Pod a/p1 {metadata: {labels: {app: web}}, spec: {containers: [{name: a}]}, status: {phase: Succeeded}}"}},
	wide("A-12", "create persistentvolumes; create persistentvolumeclaims; create pods", "create persistentvolumeclaims", "Node/n1", n1).but("ClusterRole r = create persistentvolumes"),
	local("A-14", "use security.openshift.io:securitycontextconstraints =privileged; create pods", "use security.openshift.io:securitycontextconstraints =restricted; create pods", "Node/n1",
		"Namespace a {metadata: {labels: {pod-security.kubernetes.io/enforce: restricted}}}\nCustomResourceDefinition securitycontextconstraints.security.openshift.io\n"+n1).anywhere().but(
		"-Node n1", "Role a/r = use security.openshift.io:securitycontextconstraints =privileged", "-CustomResourceDefinition securitycontextconstraints.security.openshift.io"),
	wide("D-02", "update configmaps =aws-auth", "update configmaps =coredns", "cluster-admin", "ConfigMap kube-system/aws-auth {}").is(ByAdmission).but("-ConfigMap kube-system/aws-auth"),

	out("E-01", "privileged", privileged, harmless, Proven).but(pods1 + "{spec: {nodeName: n1, hostUsers: false, " + privileged + "}}"),
	out("E-01", "a debug container", harmless+", ephemeralContainers: [{name: e, securityContext: {privileged: true}}]", harmless+", ephemeralContainers: [{name: e, securityContext: {privileged: false}}]", Proven),
	out("E-02", "privileged with the node's processes", "hostPID: true, "+privileged, "hostPID: true, "+harmless, Proven),
	out("E-03", "tracing", "hostPID: true, containers: [{name: a, securityContext: {appArmorProfile: {type: Unconfined}, capabilities: {add: [SYS_PTRACE]}}}]", "containers: [{name: a, securityContext: {appArmorProfile: {type: Unconfined}, capabilities: {add: [SYS_PTRACE]}}}]", Proven),
	out("E-04", "modules", caps("SYS_MODULE"), caps("SYS_TIME"), Proven),
	out("E-05", "administration", "containers: [{name: a, securityContext: {appArmorProfile: {type: Unconfined}, capabilities: {add: [SYS_ADMIN]}}}]", caps("NET_ADMIN"), Proven),
	out("E-06", "files by handle", caps("DAC_READ_SEARCH"), caps("DAC_OVERRIDE"), Proven),
	out("E-07", "tracing of the kernel", caps("BPF, PERFMON"), caps("BPF"), MissingData).toTokens(),
	out("E-08", "a socket", hostPath("/run/containerd/containerd.sock", ", readOnly: true"), hostPath("/run/flannel", ""), Proven),
	out("E-09", "cron", hostPath("/etc/cron.d", ""), hostPath("/etc/cron.d", ", readOnly: true"), Proven),
	out("E-10", "keys", hostPath("/root/.ssh", ", readOnly: true"), hostPath("/etc/passwd", ", readOnly: true"), MissingData),
	out("E-11", "the kubelet's keys", hostPath("/var/lib/kubelet/pki", ", readOnly: true"), hostPath("/var/lib/kubelet/plugins", ", readOnly: true"), Proven),
	out("E-11", "tokens", hostPath("/var/lib/kubelet/pods", ", readOnly: true"), hostPath("/var/lib/kubelet/device-plugins", ", readOnly: true"), Proven).toTokens(),
	{edge: "E-12", name: "keys of the control plane", has: "Node n1 {metadata: {labels: {node-role.kubernetes.io/control-plane: ''}}}\n" + pods1 + "{" + onNode1 + hostPath("/etc/kubernetes/pki", ", readOnly: true") + "}}", from: "a/Pod/p1", to: "cluster-admin", object: "a/Pod/p1", cut: "a/Pod/p1",
		not: []string{n1, pods1 + "{" + onNode1 + hostPath("/etc/kubernetes/pki/ca.crt", ", readOnly: true") + "}}"}},
	out("E-13", "logs", hostPath("/var/log", ""), hostPath("/var/log", ", readOnly: true"), MissingData),
	out("E-14", "the kernel's settings", hostPath("/proc/sys", ""), hostPath("/proc/sys", ", readOnly: true"), Proven),
	out("E-15", "processes", "hostPID: true, "+harmless, "hostNetwork: true, "+harmless, MissingData).toTokens(),
	out("E-16", "a host process", "securityContext: {windowsOptions: {hostProcess: true}}, "+harmless, "securityContext: {windowsOptions: {hostProcess: true}}, os: {name: linux}, "+harmless, Proven),

	{edge: "K-01", name: "a pod of the node", has: n1 + p1, from: "Node/n1", to: "a/Pod/p1", object: "a/Pod/p1", not: []string{"Pod a/p1 {spec: {nodeName: n2}}", "Pod a/p1 {spec: {nodeName: n1}, status: {phase: Succeeded}}", "Pod a/p1 {}"}},
	{edge: "K-02", name: "the kubelet", has: n1, from: "Node/n1", to: "user:system:node:n1", object: "Node/n1", bare: true, not: []string{"-Node n1"}},
	{edge: "K-03", name: "a control plane", has: "Node n1 {metadata: {labels: {node-role.kubernetes.io/control-plane: ''}}}", from: "Node/n1", to: "cluster-admin", object: "Node/n1", not: []string{n1}},
	{edge: "K-03", name: "a master", has: "Node n1 {metadata: {labels: {node-role.kubernetes.io/master: ''}}}", from: "Node/n1", to: "cluster-admin", object: "Node/n1", not: []string{"Node n1 {metadata: {labels: {node-role.kubernetes.io/worker: ''}}}"}},
	{edge: "K-04", name: "a machine of a cloud", has: "Node n1 {spec: {providerID: 'aws:///eu-1/i-1'}}", from: "Node/n1", to: "aws:the role of the node's instance", sure: MissingData, object: "Node/n1", not: []string{"Node n1 {spec: {providerID: 'kind://docker/n1'}}"}},
	{edge: "K-05", name: "a load balancer", has: webPod + balancer, from: "internet", to: "a/Pod/p1", object: "a/Service/front", cut: "a/Service/front",
		not: []string{
			"Service a/front {spec: {type: ClusterIP, selector: {app: web}, ports: [{port: 80}]}}", "-Service a/front",
			"Service a/front {metadata: {annotations: {networking.gke.io/load-balancer-type: Internal}}, spec: {type: LoadBalancer, allocateLoadBalancerNodePorts: false, selector: {app: web}, ports: [{port: 80}]}}",
			"Service a/front {spec: {type: LoadBalancer, loadBalancerSourceRanges: [10.0.0.0/8, 192.168.0.0/16], allocateLoadBalancerNodePorts: false, selector: {app: web}, ports: [{port: 80}]}}",
			"NetworkPolicy a/deny {spec: {podSelector: {}, policyTypes: [Ingress]}}",
			"Service a/front {spec: {type: LoadBalancer, selector: {app: db}, ports: [{port: 80}]}}",
			"Pod a/p1 {metadata: {labels: {app: web}}, spec: {containers: [{name: a}]}, status: {phase: Succeeded}}",
		}},
	{edge: "K-05", name: "an ingress", has: webPod + controller + "Service a/front {spec: {selector: {app: web}, ports: [{port: 80}]}}\nIngress a/in {spec: {ingressClassName: nginx, rules: [{host: a.example, http: {paths: [{path: /, pathType: Prefix, backend: {service: {name: front, port: {number: 80}}}}]}}]}}",
		from: "internet", to: "a/Pod/p1", object: "a/Ingress/in", cut: "a/Ingress/in", not: []string{"-Ingress a/in"}},
	{edge: "K-05", name: "a load balancer without an address", sure: MissingData, has: webPod + "Service a/front {spec: {type: LoadBalancer, allocateLoadBalancerNodePorts: false, selector: {app: web}, ports: [{port: 80}]}}", from: "internet", to: "a/Pod/p1", object: "a/Service/front", cut: "a/Service/front", not: []string{"-Service a/front"}},
	{edge: "K-05", name: "an ingress that nobody serves", sure: MissingData, has: webPod + "Service a/front {spec: {selector: {app: web}, ports: [{port: 80}]}}\nIngress a/in {spec: {rules: [{host: a.example, http: {paths: [{path: /, pathType: Prefix, backend: {service: {name: front, port: {number: 80}}}}]}}]}}",
		from: "internet", to: "a/Pod/p1", object: "a/Ingress/in", cut: "a/Ingress/in", not: []string{"-Ingress a/in", "Ingress a/in {spec: {rules: [{host: a.example, http: {paths: [{path: /, pathType: Prefix, backend: {service: {name: back, port: {number: 80}}}}]}}]}}"}},
	{edge: "K-04", name: "a pod on the node's network", has: "Node n1 {spec: {providerID: 'aws:///eu/i-1'}}\n" + pods1 + "{" + onNode1 + "hostNetwork: true, " + harmless + "}}", from: "a/Pod/p1", to: "aws:the role of the node's instance", sure: MissingData, object: "a/Pod/p1",
		not: []string{"Node n1 {spec: {providerID: 'kind://docker/n1'}}", pods1 + "{" + onNode1 + harmless + "}}", "-Node n1", pods1 + "{spec: {nodeName: n2, hostNetwork: true, " + harmless + "}}"}},
	{edge: "I-01", name: "a token for the server's usual name", has: s1 + pods1 + "{spec: {serviceAccountName: s1, automountServiceAccountToken: false, containers: [{name: a}], volumes: [{name: t, projected: {sources: [{serviceAccountToken: {path: token, audience: 'https://kubernetes.default.svc.cluster.local'}}]}}]}}",
		from: "a/Pod/p1", to: "sa:a/s1", sure: MissingData, object: "a/Pod/p1", cut: "a/Pod/p1", not: []string{pods1 + "{spec: {serviceAccountName: s1, automountServiceAccountToken: false, containers: [{name: a}], volumes: [{name: t, projected: {sources: [{serviceAccountToken: {path: token, audience: vault}}]}}]}}"}},
	{edge: "K-01", name: "a DaemonSet of a file", has: n1 + "DaemonSet a/agent {spec: {template: {spec: {nodeSelector: {}, containers: [{name: a}]}}}}", from: "Node/n1", to: "a/DaemonSet/agent", sure: ByAdmission, object: "a/DaemonSet/agent",
		not: []string{"-Node n1", "Node n1 {spec: {taints: [{key: own, effect: NoSchedule}]}}", "DaemonSet a/agent {spec: {template: {spec: {nodeSelector: {disk: ssd}, containers: [{name: a}]}}}}"}},
	{edge: "K-05", name: "a port of the node", has: "Pod a/p1 {spec: {nodeName: n1, containers: [{name: a, ports: [{containerPort: 80, hostPort: 80}]}]}, status: {podIP: 10.0.0.1, podIPs: [{ip: 10.0.0.1}]}}", from: "internet", to: "a/Pod/p1", sure: MissingData, object: "a/Pod/p1", cut: "a/Pod/p1",
		not: []string{"Pod a/p1 {spec: {nodeName: n1, containers: [{name: a, ports: [{containerPort: 80}]}]}, status: {podIP: 10.0.0.1, podIPs: [{ip: 10.0.0.1}]}}"}},
}

// elsewhere says of the edges that are not in the table why.
func elsewhere(e *model.Edge) string {
	switch {
	case e.Leads == "impact":
		return "leads to no node; see TestImpact"
	case e.Leads == "listeners", e.ID == "K-06":
		return "goes by the network; see lateral_test.go"
	case e.ID == "E-17":
		return "leads to no other pod: it only joins the containers of one"
	case e.ID == "S-07":
		return "whose credential was found is not known without its value"
	}
	return ""
}

// TestHops holds of every edge the smallest cluster that has it against the nearest that have it not.
func TestHops(t *testing.T) {
	law := readLaw(t)
	seen := map[string]bool{}
	for _, c := range hopCases {
		seen[c.edge] = true
		t.Run(c.edge+" "+c.name, func(t *testing.T) {
			s := law.scene(t, c.has)
			h := s.hop(c.edge, c.from, c.to)
			if h == nil {
				t.Fatalf("no such hop from %s to %s:\n%s", c.from, c.to, s.write(c.from, c.to))
			}
			check(t, s, &c, h)
			for _, not := range c.not {
				s := law.scene(t, c.has).then(not)
				if h := s.hop(c.edge, c.from, c.to); h != nil {
					t.Errorf("the hop is still there with %s:\n%s", not, s.write(c.from, c.to))
				}
			}
		})
	}
	for _, e := range law.edges {
		if why := elsewhere(e); seen[e.ID] == (why != "") {
			t.Errorf("%s %s: in the table: %v; why not: %q", e.ID, e.Title, seen[e.ID], why)
		}
	}
	for id := range seen {
		if !slices.ContainsFunc(law.edges, func(e *model.Edge) bool { return e.ID == id }) {
			t.Errorf("%s is not in the catalogue", id)
		}
	}
}

func check(t *testing.T, s *scene, c *hopCase, h *Hop) {
	t.Helper()
	if h.From.ID != c.from || h.To != s.node(c.to) {
		t.Errorf("from %s to %s", h.From.ID, h.To.ID)
	}
	name := func(ref model.Ref) string {
		if ref.IsZero() {
			return ""
		}
		return ref.String()
	}
	if h.Confidence != c.sure || (h.Reason == "") != (c.sure == Proven) {
		t.Errorf("confidence %v %q, want %v", h.Confidence, h.Reason, c.sure)
	}
	if name(h.Proof.Object) != c.object || name(h.Cut.Object) != c.cut || h.Proof.Match != c.match {
		t.Errorf("proved by %q, cut at %q, match %q; want %q, %q, %q", name(h.Proof.Object), name(h.Cut.Object), h.Proof.Match, c.object, c.cut, c.match)
	}
	if h.Proof.Summary == "" || (len(h.Proof.Evidence) == 0) != c.bare {
		t.Errorf("summary %q, evidence %v", h.Proof.Summary, h.Proof.Evidence)
	}
	for _, e := range h.Proof.Evidence {
		if err := s.shows(e); err != nil {
			t.Error(err)
		}
	}
	edge := s.town.edges[s.town.a.byID[c.edge]]
	want := edge.Cost + int(penalty[c.sure])
	if strings.HasPrefix(c.match, "group:") || c.to == "b/Pod/other" {
		// He belongs to the group, and to what is inside of a pod he still has to go.
		want++
	}
	if h.Cost != want {
		t.Errorf("cost %d, want %d", h.Cost, want)
	}
}
