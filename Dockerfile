# Built here: everything, then only what runs.
FROM node:22-bookworm-slim AS build
WORKDIR /app
# For better-sqlite3, where no ready build of it can be had.
RUN apt-get update && apt-get install -y --no-install-recommends python3 make g++
COPY package.json package-lock.json ./
RUN npm ci --no-audit --no-fund
COPY tsconfig.json vite.config.ts ./
COPY core core
COPY handlers handlers
COPY client client
COPY web web
RUN npm run build && npm prune --omit=dev --no-audit --no-fund
# What better-sqlite3 was compiled from.
RUN cd node_modules/better-sqlite3 && rm -rf deps src && find build -type f ! -name better_sqlite3.node -delete

FROM node:22-bookworm-slim
ENV NODE_ENV=production STUDIO_DIR=/workspace/studio
WORKDIR /app
COPY --from=build /app/package.json ./
COPY --from=build /app/node_modules node_modules
COPY --from=build /app/dist dist
COPY --from=build /app/static static
RUN ln -s /app/dist/core/main.js /usr/local/bin/studio && mkdir -p /workspace/studio && chown node:node /workspace/studio
USER node
# All that Studio writes is there: the rest of the file system may be read-only.
VOLUME /workspace/studio
EXPOSE 8000
# 503 is maintenance: Studio answers, and whoever restarted it now would break the update off. Over https its certificate is
# for the name that others call it by, not for this address, so here it is not looked at.
HEALTHCHECK --interval=10s --timeout=3s CMD ["node", "-e", "const tls = process.env.STUDIO_TLS || process.env.STUDIO_TLS_CERT; if (tls) process.env.NODE_TLS_REJECT_UNAUTHORIZED = '0'; fetch(`${tls ? 'https' : 'http'}://127.0.0.1:${process.env.STUDIO_PORT || 8000}/api/health`).then((r) => process.exit(r.ok || r.status === 503 ? 0 : 1), () => process.exit(1))"]
CMD ["node", "dist/core/main.js"]
