"use strict";

// Who is signed in to the back-office may try a change with that session; it needs the CSRF token, too.
function withCsrfToken(request) {
  const cookie = document.cookie.match(/(?:^|; )csrftoken=([^;]+)/);
  if (cookie && request.method !== "GET") {
    request.headers["X-CSRFToken"] = cookie[1];
  }
  return request;
}

SwaggerUIBundle({
  url: "../openapi.json",
  dom_id: "#swagger-ui",
  deepLinking: true,
  docExpansion: "list",
  defaultModelsExpandDepth: 0,
  validatorUrl: null,
  requestInterceptor: withCsrfToken,
});
