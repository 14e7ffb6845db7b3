package detect

import (
	"encoding/base64"
	"fmt"
	"slices"
	"strings"
	"testing"

	corev1 "k8s.io/api/core/v1"

	"canopy/model"
)

// lines writes exposures as "path name rule encoding", without the path that all have.
func told(found []model.Exposure, path string) []string {
	var all []string
	for _, e := range found {
		all = append(all, strings.Join(strings.Fields(fmt.Sprintf("%s %s %s %s", strings.TrimPrefix(e.Path, path), e.Name, e.Rule, e.Encoding)), " "))
	}
	return all
}

func inBase64(s string) string { return base64.StdEncoding.EncodeToString([]byte(s)) }

func inPEM(kind string) string {
	return "-----BEGIN " + kind + "-----\n" + fill("{b64}") + "\n" + fill("{b64} ")[:64] + "\n-----END " + kind + "-----\n"
}

// TestStructures goes through the forms of text that stand in ConfigMaps, annotations and variables.
func TestStructures(t *testing.T) {
	for _, tt := range []struct {
		what, key, text string
		want            []string
	}{
		{"login of registries", ".dockerconfigjson", `{"auths":{"https://index.docker.io/v1/":{"auth":"` + inBase64("corp:hunter2-prod") + `"}}}`, []string{".auths[https://index.docker.io/v1/].auth auth basic-auth json+base64"}},
		{"the same in base64", "regcred", inBase64(`{"auths":{"r.corp":{"username":"corp","password":"hunter2-prod"}}}`), []string{".auths[r.corp].password password name base64+json"}},
		{"kubeconfig", "config", "apiVersion: v1\nclusters:\n- cluster:\n    certificate-authority-data: " + inBase64(inPEM("CERTIFICATE")) + "\n    server: https://x:6443\nusers:\n- name: admin\n  user:\n    client-certificate-data: " +
			inBase64(inPEM("CERTIFICATE")) + "\n    client-key-data: " + inBase64(inPEM("RSA PRIVATE KEY")) + "\n", []string{".users[0].user.client-key-data:1 client-key-data private-key yaml+base64"}},
		{"key of a Google account", "sa.json", `{"type":"service_account","private_key_id":"` + fill("{h40}") + `","private_key":` + quote(inPEM("PRIVATE KEY")) + `,"client_email":"x@y.iam"}`, []string{".private_key:1 private_key private-key json"}},
		{"PEM between other lines", "bundle.pem", inPEM("CERTIFICATE") + inPEM("EC PRIVATE KEY") + inPEM("CERTIFICATE"), []string{":5 bundle.pem private-key"}},
		{"ADO.NET", "cs", "Server=db;Database=shop;User Id=sa;Password=hunter2-prod;Encrypt=true", []string{" Password name"}},
		{"JDBC", "url", "jdbc:postgresql://db/shop?user=app&password=hunter2-prod&ssl=true", []string{" password name"}},
		{"SQL Server by JDBC", "url", "jdbc:sqlserver://db:1433;user=sa;password=hunter2-prod;encrypt=true", []string{" password name"}},
		{"libpq", "dsn", "host=db user=app password=hunter2-prod sslmode=require", []string{" password name"}},
		{"driver of Go", "dsn", "app:hunter2-prod@tcp(db:3306)/shop?parseTime=true", []string{" dsn url-password url"}},
		{".netrc", ".netrc", "machine git.corp\nlogin ci\npassword hunter3-prod\nmachine x login ci password hunter2-prod\n", []string{":3 password name", ":4 password name"}},
		{"redis.conf", "redis.conf", "port 6379\nrequirepass hunter2-prod\nappendonly yes\n", []string{":2 requirepass flag"}},
		{"SQL", "init.sql", "CREATE DATABASE shop;\nCREATE USER app IDENTIFIED BY 'hunter2-prod';\n", []string{":2 password name"}},
		{"curl -u", "run.sh", "#!/bin/sh\nset -e\ncurl -fsS -u admin:hunter2-prod https://x/y\n", []string{":3 -u flag"}},
		{"curl -H", "run.sh", "#!/bin/sh\ncurl -H 'Authorization: Bearer " + fill("{a40}") + "' \\\n  https://x/y\n", []string{":2 Authorization bearer-token"}},
		{"flags over several lines", "run.sh", "#!/bin/sh\nserver --port 8080 \\\n  --db-password \\\n  hunter2-prod \\\n  --verbose\n", []string{":4 db-password name"}},
		{"mysql -p", "run.sh", "#!/bin/sh\nmysqldump -uroot -phunter2-prod shop\n", []string{":2 -p flag"}},
		{"mysql that asks", "run.sh", "#!/bin/sh\nmysql -u root -p shop_production\n", nil},
		{"another -p", "run.sh", "#!/bin/sh\nmkdir -p /var/lib/production\nssh -p 22222 login@host\n", nil},
		{"kubectl create secret", "run.sh", "#!/bin/sh\nkubectl create secret generic x --from-literal=password=hunter2-prod\n", []string{":2 password name"}},
		{"manifest of a Secret", "secret.yaml", "apiVersion: v1\nkind: Secret\nstringData:\n  password: hunter2-prod\n", []string{".stringData.password password name yaml"}},
		{"several documents", "all.yaml", "kind: SealedSecret\nspec:\n  x:\n    password: s3cr3t-x9\n---\nkind: ConfigMap\ndata:\n  password: hunter2-prod\n", []string{".data.password password name yaml"}},
		{"template between lines", "values.yaml", "{{- if .Values.db }}\ndb:\n  password: hunter2-prod\n  user: {{ .Values.user }}\n{{- end }}\n", []string{".db.password password name yaml"}},
		{"braces in YAML", "values.yaml", "db: {host: db, password: hunter2-prod}\nargs: [\"--api-token\", \"" + fill("{a30}") + "\"]\n", []string{".db.password password name yaml", ".args[1] api-token name yaml"}},
		{"XML with elements", "settings.xml", "<settings>\n <server>\n  <username>ci</username>\n  <password>hunter2-prod</password>\n </server>\n</settings>", []string{":4 password name xml"}},
		{"comment with a token", "app.yaml", "# old: " + fill("ghp_{a36}") + "\na: b\n", []string{":1 app.yaml github-token yaml"}},
		{"comment about a password", "app.yaml", "# password: hunter2-prod\na: b\n", nil},
		{"JSON in a line of .env", "app.env", "A=b\nCONFIG='{\"db\":{\"password\":\"hunter2-prod\"}}'\n", []string{":2.db.password password name env+json"}},
		{"JSON with comments", "settings.json", "{\n  // the database\n  \"password\": \"hunter2-prod\",\n}\n", []string{":3 password name properties"}},
		{"cut off JSON", "x.json", "{\n  \"a\": {\n  \"password\": \"hunter2-prod\"\n", []string{".password password name yaml"}},
		{"nginx", "nginx.conf", "server {\n  set $api_key \"" + fill("{a32}") + "\";\n  proxy_pass http://x;\n}\n", []string{":2 $api_key name properties"}},
		{"Terraform", "main.tf", "resource \"x\" \"y\" {\n  master_password = \"hunter2-prod\"\n  token = var.token\n}\n", []string{":2 master_password name properties"}},
		{"Python", "settings.py", "import os\nSECRET_KEY = '" + fill("{a50}") + "'\nDB_PASSWORD = os.environ['DB_PASSWORD']\nAPI_TOKEN = os.getenv(\"API_TOKEN\")\n", []string{":2 SECRET_KEY name env"}},
		{"token of a Kubernetes account", "token", "eyJ" + fill("{a30}") + "." + strings.TrimRight(inBase64(`{"iss":"kubernetes/serviceaccount","sub":"x"}`), "=") + "." + fill("{a80}"), []string{" token kubernetes-token"}},
		{"twice the same", "x", "token=" + fill("ghp_{a36}") + " # " + fill("ghp_{a36}"), []string{" token github-token"}},
		{"NDJSON", "x.json", "{\"a\":1}\n{\"password\":\"hunter2-prod\"}\n", []string{".password password name json"}},
	} {
		path := "data[" + tt.key + "]"
		want := slices.Clone(tt.want)
		for i := range want {
			want[i] = strings.TrimSpace(want[i])
		}
		if got := told(Default().Inspect(path, tt.key, tt.text), path); !slices.Equal(got, want) {
			t.Errorf("%s: got %q, want %q", tt.what, got, want)
		}
	}
}

// TestClean goes through texts that speak of credentials and hold none.
func TestClean(t *testing.T) {
	for key, text := range map[string]string{
		"en.json":                `{"login":{"password":"Password","token":"Access token","secret":"Client secret","forgotPassword":"Forgot your password?","password_hint":"At least 12 characters","newPassword":"NewPassword1!"}}`,
		"messages_de.properties": "login.password=Passwort\nlogin.password.confirm=Passwort bestätigen\ntoken.label=Zugriffstoken\nuser.passcode=Geheimwort2\n",
		"openapi.yaml":           "components:\n  securitySchemes:\n    apiKey:\n      type: apiKey\n      name: X-Api-Key\n  schemas:\n    Login:\n      required: [user, password]\n      properties:\n        password:\n          type: string\n          format: password\n          description: The password, at least 12 characters\n",
		"schema.json":            `{"properties":{"password":{"type":"string","minLength":12,"title":"Password"},"apiKey":{"type":"string","pattern":"^[A-Za-z0-9]{32}$"}},"required":["password","apiKey"]}`,
		"csp.conf":               "add_header Content-Security-Policy \"script-src 'nonce-$request_id' 'sha256-" + fill("{b43}") + "='\";\n",
		"cosign.pub":             inPEM("PUBLIC KEY"),
		"id_rsa.pub":             fill("ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAAB{b340} ci@corp\n"),
		"prometheus.yml": "scrape_configs:\n- job_name: kubernetes-pods\n  bearer_token_file: /var/run/secrets/kubernetes.io/serviceaccount/token\n  basic_auth:\n    username: prom\n    password_file: /etc/prometheus/password\n" +
			"  relabel_configs:\n  - source_labels: [__meta_kubernetes_pod_annotation_prometheus_io_scrape]\n    action: keep\n    regex: true\n  oauth2:\n    client_secret_file: /etc/x\n    token_url: https://login.corp/token\n",
		"envoy.yaml": "static_resources:\n  listeners:\n  - filter_chains:\n    - transport_socket:\n        typed_config:\n          \"@type\": type.googleapis.com/envoy.extensions.transport_sockets.tls.v3.DownstreamTlsContext\n          common_tls_context:\n" +
			"            tls_certificate_sds_secret_configs:\n            - name: default\n              sds_config: {path: /etc/sds.yaml}\n            tls_certificates:\n            - private_key: {filename: /etc/certs/key.pem}\n",
		"argocd-cm.yaml": "oidc.config: |\n  name: Okta\n  issuer: https://corp.okta.com\n  clientID: aaaabbbbcccc\n  clientSecret: $oidc.okta.clientSecret\n  requestedScopes: [openid, groups]\n",
		"grafana.ini":    "[security]\nadmin_password = ${GF_ADMIN_PASSWORD}\nsecret_key = $__file{/etc/secrets/key}\n[auth.generic_oauth]\nclient_secret = $__env{OAUTH_SECRET}\ntoken_url = https://login.corp/token\n[auth]\ntoken_rotation_interval_minutes = 10\n",
		"chart.yaml": "auth:\n  existingSecret: postgres-credentials\n  secretKeys:\n    adminPasswordKey: postgres-password\n    userPasswordKey: password\nimagePullSecrets:\n- name: regcred\ntls:\n  secretName: web-tls\n  secret: web-tls-2\n" +
			"serviceAccount:\n  automountServiceAccountToken: false\nenv:\n- name: DB_PASSWORD\n  valueFrom:\n    secretKeyRef: {name: db, key: password}\n",
		"rbac.json":          `{"rules":[{"apiGroups":["rbac.authorization.k8s.io"],"resources":["secrets","tokenreviews","serviceaccounts/token"],"verbs":["create"]}],"subjects":[{"kind":"User","name":"token-reader"}]}`,
		"deployment.env":     "TOKEN_TTL=3600\nPASSWORD_POLICY=strict-v2\nSECRET_NAME=web-tls\nKEY_ID=" + fill("{a20}") + "\nAUTH_MODE=oidc\nSESSION_TIMEOUT=30m\nKAFKA_KEY_SERIALIZER=org.apache.kafka.common.serialization.StringSerializer\n",
		"go.sum":             "github.com/x/token v1.2.3 h1:" + fill("{b43}") + "=\ngithub.com/x/secret v1.2.3/go.mod h1:" + fill("{b43} ")[:43] + "=\n",
		"vault-agent.hcl":    "auto_auth {\n  method \"kubernetes\" {\n    config = {\n      role = \"app\"\n      token_path = \"/var/run/secrets/kubernetes.io/serviceaccount/token\"\n    }\n  }\n}\ntemplate {\n  contents = \"{{ with secret \\\"kv/db\\\" }}{{ .Data.password }}{{ end }}\"\n}\n",
		"pod.yaml":           "spec:\n  volumes:\n  - name: kube-api-access-x7f2q\n    projected:\n      sources:\n      - serviceAccountToken: {path: token, expirationSeconds: 3607}\n  tolerations:\n  - key: node.kubernetes.io/not-ready\n",
		"llm.yaml":           "model: gpt-4o\nmax_tokens: 4096\nstop_tokens: [\"<|endoftext|>\"]\ntokenizer: cl100k_base\ntoken_limit: 128000\n",
		"htpasswd":           "admin:$2y$05$" + fill("{a53}") + "\nuser:$apr1$" + fill("{a8}") + "$" + fill("{a22}") + "\n",
		"ca-bundle":          inPEM("CERTIFICATE") + inPEM("CERTIFICATE"),
		"encryption.example": "secret: <base64 of 32 bytes>\npassword: <your password here>\napi_key: YOUR_API_KEY\ntoken: ...\n",
		"jq.sh":              "#!/bin/sh\nTOKEN=$(cat /var/run/secrets/token)\nPASSWORD=\"$(kubectl get secret x -o jsonpath='{.data.password}' | base64 -d)\"\ncurl -H \"Authorization: Bearer ${TOKEN}\" -u \"$USER:$PASSWORD\" https://x\nmysql -p\"$PASSWORD\"\n",
	} {
		if got := told(Default().Inspect("data", key, text), "data"); len(got) > 0 {
			t.Errorf("%s: got %q", key, got)
		}
	}
}

// TestPodPlaces names each place of a pod spec that holds text.
func TestPodPlaces(t *testing.T) {
	get := func(path string) corev1.ProbeHandler {
		return corev1.ProbeHandler{HTTPGet: &corev1.HTTPGetAction{Path: path, Host: "x:hunter2-prod@y", HTTPHeaders: []corev1.HTTPHeader{{Name: "Authorization", Value: "Basic " + inBase64("admin:hunter2-prod")}}}}
	}
	spec := &corev1.PodSpec{Containers: []corev1.Container{{
		Name: "app", Command: []string{"redis-cli"}, Args: []string{"-a", "hunter2-prod", "ping"},
		Env:           []corev1.EnvVar{{Name: "CONFIG", Value: `{"db":{"password":"hunter2-prod"}}`}, {Name: "DOTENV", Value: "A=b\nDB_PASSWORD=hunter2-prod\n"}},
		StartupProbe:  &corev1.Probe{ProbeHandler: get("/healthz?token=" + fill("{a32}"))},
		LivenessProbe: &corev1.Probe{ProbeHandler: corev1.ProbeHandler{Exec: exec("mysqladmin", "ping", "-phunter2-prod")}},
		Lifecycle:     &corev1.Lifecycle{PostStart: &corev1.LifecycleHandler{HTTPGet: get("/x").HTTPGet}, PreStop: &corev1.LifecycleHandler{Exec: exec("sh", "-c", "curl -u admin:hunter2-prod localhost")}},
	}}}
	want := []string{
		"env[0].value.db.password password name json", "env[1].value:2 DB_PASSWORD name env", "args[1] -a flag", "livenessProbe.exec.command[2] -p flag", "startupProbe.httpGet.path token name",
		"startupProbe.httpGet.httpHeaders[0].value Authorization basic-auth", "lifecycle.postStart.httpGet.httpHeaders[0].value Authorization basic-auth", "lifecycle.preStop.exec.command[2] -u flag",
	}
	got := told(Default().Pod(spec), "containers[0].")
	if !slices.Equal(got, want) {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}
